import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("What can go wrong with a broker goes wrong in memory, too", .timeLimit(.minutes(1)))
struct InMemoryFaultTests {
    @Test(
        "stopped and started: connections are lost, what is durable is there, what was in hand is redelivered",
        arguments: [QueueType.classic, .quorum])
    func stopAndStart(type: QueueType) async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", type, holding: ["taken", "ready"])
        var transient = Publishing(to: "in", "transient")
        transient.properties.isPersistent = false
        broker.publish(transient)
        let (connection, consumer) = try await broker.consume("in", prefetch: 1)
        try await connection.declare(Topology(queues: [Queue("own", type: .classic, isExclusive: true)]))
        let taken = try await consumer.takeAll()
        broker.stop()
        #expect(await connection.closed().code == .connectionLost)
        await #expect(throws: AMQPError.self) { _ = try await consumer.takeAll() }
        let refusal = #expect(throws: AMQPError.self) { _ = try broker.connect(named: "consume") }
        #expect(refusal?.code == .unreachable)
        #expect(broker.publish(Publishing(to: "in", "x")).word == "unreachable")
        consumer.settle(taken.map(\.tag), .ack)
        broker.start()
        #expect(broker.texts(in: "in") == ["taken", "ready"] + (type == .quorum ? ["transient"] : []))
        #expect(broker.messages(in: "in")?.first?.deliveryCount == 1)
        #expect(broker.messages(in: "own") == nil)
        let again = try await broker.consume("in").consumer.takeAll()
        #expect(again.prefix(2).map(\.isRedelivered) == [true, false])
        #expect(again.first?.properties.headers["x-delivery-count"] == (type == .quorum ? 1 : nil))
    }

    @Test("stopped, nothing expires; what became due meanwhile does when it starts")
    func expiryWhileStopped() throws {
        let broker = InMemoryBroker()
        try broker.queue("waiting", .quorum, ["x-message-ttl": 1000], holding: ["a"])
        broker.stop()
        broker.advance(by: .seconds(5))
        #expect(broker.texts(in: "waiting") == ["a"])
        broker.start()
        #expect(broker.texts(in: "waiting") == [])
    }

    @Test("connections closed by the broker: lost at once, new ones welcome")
    func closeConnections() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["a"])
        let (connection, consumer) = try await broker.consume("in")
        async let end = connection.closed()
        broker.closeConnections()
        let reason = await end
        #expect(reason.code == .connectionLost && reason.replyCode == 320)
        #expect(try await consumer.takeAll().map(\.text) == ["a"], "what had arrived is handed out first")
        await #expect(throws: AMQPError.self) { _ = try await consumer.takeAll() }
        #expect(broker.texts(in: "in") == ["a"])
        #expect(try await broker.consume("in").consumer.takeAll().first?.isRedelivered == true)
    }

    @Test("a queue deleted under its consumer: the connection fails and names it")
    func deleteQueue() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["a"])
        let (connection, consumer) = try await broker.consume("in")
        let deliveries = try await consumer.takeAll()
        broker.deleteQueue("in")
        let error = await connection.closed()
        #expect(error.code == .connectionLost)
        #expect(error.message == "the broker cancelled the consumer of 'in': queue deleted or its node gone")
        #expect(broker.messages(in: "in") == nil)
        try broker.queue("in", holding: ["new"])
        consumer.settle(deliveries.map(\.tag), .ack)
        #expect(broker.texts(in: "in") == ["new"])
    }

    @Test("a deleted queue's name is free for another; what was in hand does not come back into that")
    func deletedAndDeclaredAgain() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["old"])
        let (connection, consumer) = try await broker.consume("in")
        let deliveries = try await consumer.takeAll()
        try await connection.pauseConsumer()
        broker.deleteQueue("in")
        try broker.queue("in")
        consumer.settle(deliveries.map(\.tag), .requeue)
        await connection.close()
        #expect(broker.texts(in: "in") == [] && broker.unsettled(in: "in") == 0)
    }

    @Test("blocked: publishings wait and then leave in order, consumers go on, who publishes is told")
    func blocked() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in", holding: ["before"])
        let publisher = try broker.connect(named: "publish")
        let (connection, consumer) = try await broker.consume("in")
        broker.block(reason: "low on disk")
        #expect(publisher.blockedReason == nil)
        async let first = publisher.publish([Publishing(to: "in", "a"), Publishing(to: "in", "b")])
        try await eventually("it is told") { publisher.blockedReason == "low on disk" }
        consumer.settle(try await consumer.takeAll().map(\.tag), .ack)
        #expect(connection.blockedReason == nil)
        #expect(consumer.inHand == 0)
        #expect(broker.publish(Publishing(to: "in", "x")).word == "timeout")
        broker.unblock()
        #expect(await first.map(\.word) == ["confirmed", "confirmed"])
        #expect(try await consumer.takeAll().map(\.text) == ["a", "b"])
        #expect(publisher.blockedReason == nil)
    }

    @Test("blocked for longer than the publish time-out: unknown, and what was on the wire is stored afterwards")
    func blockedTooLong() async throws {
        let broker = InMemoryBroker(publishTimeout: .seconds(30))
        try broker.queue("in")
        let publisher = try broker.connect(named: "publish")
        broker.block()
        async let outcomes = publisher.publish([Publishing(to: "in", "on the wire"), Publishing(to: "in", "waiting")])
        try await eventually("it waits") { publisher.blockedReason != nil }
        broker.advance(by: .seconds(30))
        #expect(await outcomes.map(\.word) == ["timeout", "timeout"])
        broker.unblock()
        #expect(broker.texts(in: "in") == ["on the wire"])
        #expect(await publisher.publish([Publishing(to: "in", "next")]).map(\.word) == ["confirmed"])
    }

    @Test("a publisher that gives up while blocked, and one whose connection is lost")
    func gaveUp() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let publisher = try broker.connect(named: "publish")
        broker.block()
        let task = Task { await publisher.publish([Publishing(to: "in", "a")]) }
        try await eventually("it waits") { publisher.blockedReason != nil }
        task.cancel()
        #expect(await task.value.map(\.word) == ["cancelled"])
        let other = try broker.connect(named: "publish")
        async let lost = other.publish([Publishing(to: "in", "b")])
        try await eventually("it waits") { other.blockedReason != nil }
        broker.closeConnections()
        #expect(await lost.map(\.word) == ["connection_lost"])
        broker.unblock()
        #expect(broker.texts(in: "in") == [])
    }

    @Test("many tasks at once: every message is delivered and settled, none twice")
    func manyTasks() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let seen = try await withThrowingTaskGroup(of: [String].self) { group in
            for publisher in 0..<4 {
                group.addTask {
                    let connection = try broker.connect(named: "publish")
                    for number in 0..<250 {
                        let publishing = Publishing(to: "in", "\(publisher)-\(number)")
                        guard await connection.publish([publishing]).first?.isConfirmed == true else { return ["lost"] }
                    }
                    await connection.close()
                    return []
                }
            }
            let consumers = [try await broker.consume("in", prefetch: 9), try await broker.consume("in", prefetch: 5)]
            for (_, consumer) in consumers {
                group.addTask {
                    var texts: [String] = []
                    for try await batch in consumer {
                        texts += batch.map(\.text)
                        for delivery in batch.shuffled() { consumer.settle(delivery.tag, .ack) }
                    }
                    return texts
                }
            }
            var all: [String] = []
            for _ in 0..<4 { all += try await group.next() ?? [] }
            try await eventually("the queue is empty") {
                broker.messages(in: "in")?.isEmpty == true && broker.unsettled(in: "in") == 0
            }
            for (connection, _) in consumers { await connection.close() }
            for try await texts in group { all += texts }
            return all
        }
        #expect(seen.count == 1000 && Set(seen).count == 1000)
    }
}
