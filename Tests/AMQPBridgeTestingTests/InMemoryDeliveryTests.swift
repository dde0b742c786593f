import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A broker in memory delivers and takes back as RabbitMQ does", .timeLimit(.minutes(1)))
struct InMemoryDeliveryTests {
    @Test("never more in hand than the prefetch, in order, nothing twice")
    func prefetch() async throws {
        let broker = InMemoryBroker()
        let texts = (0..<100).map(String.init)
        try broker.queue("in", holding: texts)
        let (connection, consumer) = try await broker.consume("in", prefetch: 7)
        var seen: [String] = []
        var inHand: [DeliveryTag] = []
        while seen.count < texts.count {
            #expect(consumer.inHand == min(7, texts.count - seen.count + inHand.count))
            let batch = try await consumer.takeAll()
            seen += batch.map(\.text)
            inHand += batch.map(\.tag)
            // The newest first: single acks beyond a gap, then one that covers the rest.
            consumer.settle(inHand.removeLast(), .ack)
            if inHand.count > 3 {
                consumer.settle(inHand, .ack)
                inHand = []
            }
        }
        #expect(seen == texts)
        consumer.settle(inHand, .ack)
        #expect(broker.unsettled(in: "in") == 0)
        await connection.close()
    }

    @Test("a batch is one wake-up")
    func batches() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["a", "b", "c"])
        let (connection, consumer) = try await broker.consume("in", prefetch: 2)
        let first = try await consumer.takeAll()
        #expect(first.map(\.text) == ["a", "b"])
        #expect(first.map(\.tag.value) == [1, 2])
        await connection.close()
    }

    @Test("consumers of one queue take turns")
    func turns() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let (one, two) = (try await broker.consume("in", prefetch: 3), try await broker.consume("in", prefetch: 2))
        broker.fill("in", ["a", "b", "c", "d", "e", "f"])
        #expect(try await one.consumer.takeAll().map(\.text) == ["a", "c", "e"])
        #expect(try await two.consumer.takeAll().map(\.text) == ["b", "d"])
        #expect(broker.texts(in: "in") == ["f"])
    }

    @Test(
        "what comes back is marked, and comes in the order of its queue type",
        arguments: zip(
            [QueueType.classic, .quorum], [["a", "b", "c", "d"], ["c", "a", "b", "d"]]))
    func requeueOrder(type: QueueType, expected: [String]) async throws {
        let broker = InMemoryBroker()
        let arguments: AMQPTable = type == .quorum ? ["x-delivery-limit": 20] : [:]
        try broker.queue("in", type, arguments, holding: ["a", "b", "c", "d"])
        let (connection, consumer) = try await broker.consume("in", prefetch: 3)
        let deliveries = try await consumer.takeAll()
        #expect(deliveries.allSatisfy { !$0.isRedelivered })
        try await connection.pauseConsumer()
        consumer.settle(deliveries[2].tag, .requeue)
        consumer.settle(deliveries[0].tag, .reject(requeue: true))
        await connection.close()
        #expect(broker.texts(in: "in") == expected)
        #expect(broker.messages(in: "in")?.map(\.isRedelivered) == [true, true, true, false])
        #expect(await connection.closed().code == .closed)
    }

    @Test("a quorum queue without a limit puts back behind all others what a consumer returns")
    func quorumWithoutLimit() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", .quorum, holding: ["a", "b", "c"])
        let (connection, consumer) = try await broker.consume("in", prefetch: 2)
        let deliveries = try await consumer.takeAll()
        try await connection.pauseConsumer()
        consumer.settle(deliveries[0].tag, .requeue)
        #expect(broker.texts(in: "in") == ["c", "a"])
        await connection.close()
        #expect(broker.texts(in: "in") == ["b", "c", "a"])
    }

    @Test("paused nothing comes; resumed with another prefetch; stopped the sequence ends after what arrived")
    func pausing() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["a"])
        let (connection, consumer) = try await broker.consume("in", prefetch: 1)
        let first = try await consumer.takeAll()
        try await connection.pauseConsumer()
        #expect(try await connection.inspect("in")?.consumers == 0)
        consumer.settle(first.map(\.tag), .ack)
        broker.fill("in", ["b", "c", "d"])
        #expect(consumer.inHand == 0)
        try await connection.resumeConsumer(prefetch: 2)
        #expect(try await consumer.takeAll().map(\.text) == ["b", "c"])
        try await connection.resumeConsumer(prefetch: 1)
        try await connection.stopConsumer()
        #expect(try await consumer.takeAll().map(\.text) == ["d"])
        #expect(try await consumer.takeAll().isEmpty)
        #expect(broker.unsettled(in: "in") == 3)
    }

    @Test("closed: what nobody took goes back behind what was in hand, and the sequence ends")
    func closing() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", .quorum, ["x-delivery-limit": 20], holding: ["taken"])
        let (connection, consumer) = try await broker.consume("in")
        #expect(try await consumer.takeAll().count == 1)
        broker.fill("in", ["arrived"])
        await connection.close()
        #expect(try await consumer.takeAll().isEmpty)
        #expect(broker.texts(in: "in") == ["taken", "arrived"])
        #expect(broker.connections == 0)
    }

    @Test("let go of, a connection takes its consumer along")
    func letGo() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["a"])
        let consumer = try await broker.consume("in").consumer
        #expect(try await consumer.takeAll().count == 1)
        let error = await #expect(throws: AMQPError.self) { _ = try await consumer.takeAll() }
        #expect(error?.code == .closed)
        #expect(broker.texts(in: "in") == ["a"])
    }

    @Test("exclusive: on classic queues one keeps others out, either way round; not on quorum queues")
    func exclusive() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        try broker.queue("quorum", .quorum)
        for (first, second) in [(true, false), (false, true), (true, true)] {
            let holder = try await broker.consume("in", isExclusive: first)
            let error = await #expect(throws: AMQPError.self) {
                _ = try await broker.consume("in", isExclusive: second)
            }
            #expect(error?.code == .resourceLocked)
            await holder.connection.close()
            let (one, two) = (
                try await broker.consume("quorum", isExclusive: first),
                try await broker.consume("quorum", isExclusive: second)
            )
            await one.connection.close()
            await two.connection.close()
        }
    }

    @Test("one consumer a connection, a prefetch of at least one, a queue that exists")
    func refused() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let connection = try broker.connect(named: "consume")
        func code(_ queue: QueueName, _ prefetch: UInt16) async -> AMQPError.Code? {
            do throws(AMQPError) {
                _ = try await connection.consume(queue, prefetch: prefetch, isExclusive: false)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(await code("in", 0) == .invalidConfiguration)
        #expect(await code("missing", 1) == .notFound)
        #expect(await code("in", 1) == nil)
        #expect(await code("in", 1) == .invalidConfiguration)
    }
}
