import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A consumer that ends says so, and what it held goes back", .timeLimit(.minutes(2)))
struct ConsumerEndTests {
    @Test("the queue is deleted under it: the sequence throws and names the queue")
    func queueDeleted() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let consumer = try await broker.connect().consume(queue, prefetch: 10)
            let other = try await broker.connect()
            async let end = consumer.take(atLeast: 1)
            try await other.delete(queue)
            do {
                _ = try await end
                Issue.record("the sequence ended without an error")
            } catch let error as AMQPError {
                #expect(error.code == .connectionLost)
                #expect(error.message.contains(queue.rawValue))
                #expect(error.isRetriable)
            }
        }
    }

    @Test("deleted at the very moment it begins, it still ends")
    func deletedAtTheStart() async throws {
        try await withBroker { broker in
            let other = try await broker.connect()
            for _ in 0..<30 {
                let queue = try await broker.queue()
                let connection = try await broker.connect()
                async let deletion: Void = other.delete(queue)
                let consumer = try? await connection.consume(queue, prefetch: 1)
                try await deletion
                guard let consumer else { continue }
                await #expect(throws: AMQPError.self) { _ = try await consumer.take(atLeast: 1) }
            }
        }
    }

    @Test("an exclusive consumer keeps the second one out, who can go on with something else")
    func exclusive() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let first = try await broker.connect()
            let second = try await broker.connect()
            let consumer = try await first.consume(queue, prefetch: 1, isExclusive: true)
            let error = await #expect(throws: AMQPError.self) { _ = try await second.consume(queue, prefetch: 1) }
            #expect(error?.code == .resourceLocked)
            #expect(error?.isRetriable == true)
            #expect(error?.message.contains(queue.rawValue) == true)
            try await second.fill(queue, ["for the first"])
            #expect(try await consumer.take(atLeast: 1).map(\.text) == ["for the first"])
            try await first.cancelConsumer()
            #expect(try await second.consume(queue, prefetch: 1).queue == queue)
        }
    }

    @Test("with its connection closed it gives back all it held, in order", arguments: [QueueType.classic, .quorum])
    func closed(type: QueueType) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue(type: type, arguments: type == .quorum ? ["x-delivery-limit": 20] : [:])
            let filling = try await broker.connect()
            try await filling.fill(queue, ["1", "2"])
            let connection = try await broker.connect()
            let consumer = try await connection.consume(queue, prefetch: 10)
            _ = try await consumer.take(atLeast: 2)
            try await filling.fill(queue, ["3", "4", "5"])
            try await eventually("they arrived") { consumer.inHand == 5 }
            await connection.close()
            #expect(try await consumer.take(atLeast: 1).isEmpty, "the sequence has ended")
            let next = try await broker.connect().consume(queue, prefetch: 10)
            #expect(try await next.take(atLeast: 5).map(\.text) == ["1", "2", "3", "4", "5"])
        }
    }

    @Test("cancelled, it gives back what nobody took and still settles what is in hand")
    func cancelled() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, ["taken"])
            let consumer = try await connection.consume(queue, prefetch: 10)
            let taken = try await consumer.take(atLeast: 1)
            try await connection.fill(queue, ["waiting 1", "waiting 2"])
            try await eventually("they arrived") { consumer.inHand == 3 }
            try await connection.cancelConsumer()
            try await connection.cancelConsumer()
            #expect(consumer.inHand == 1)
            try await eventually("they went back") { try await connection.inspect(queue)?.ready == 2 }
            #expect(try await connection.inspect(queue)?.consumers == 0)
            #expect(try await consumer.take(atLeast: 1).isEmpty, "the sequence has ended")
            consumer.settle(taken.map(\.tag), .ack)
            await connection.close()
            let again = try await broker.connect().consume(queue, prefetch: 10).take(atLeast: 2)
            #expect(again.map(\.text) == ["waiting 1", "waiting 2"])
            #expect(again.allSatisfy { $0.isRedelivered })
        }
    }

    @Test("cancelling the task that iterates ends its loop, not the connection")
    func iteratingTaskCancelled() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            let consumer = try await connection.consume(queue, prefetch: 10)
            let iteration = Task { try await consumer.take(atLeast: 1) }
            iteration.cancel()
            #expect(try await iteration.value.isEmpty)
            try await connection.fill(queue, ["afterwards"])
            #expect(try await consumer.take(atLeast: 1).map(\.text) == ["afterwards"])
        }
    }

    @Test("closing the connection ends the sequence without an error; what nobody took goes back")
    func connectionClosed() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, ["arrived"])
            let consumer = try await connection.consume(queue, prefetch: 10)
            try await eventually("it arrived") { consumer.inHand == 1 }
            await connection.close()
            // Handed out now, it would be worked on twice: its ack has no way to the broker any more.
            #expect(try await consumer.take(atLeast: 1).isEmpty)
            #expect(try await broker.connect().consume(queue, prefetch: 1).take(atLeast: 1).map(\.text) == ["arrived"])
        }
    }

    @Test("letting go of the connection ends the sequence with an error")
    func connectionLetGo() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let consumer = try await abandonedConsumer(broker, queue)
            let error = await #expect(throws: AMQPError.self) { _ = try await consumer.take(atLeast: 1) }
            #expect(error?.code == .closed)
        }
    }

    private func abandonedConsumer(_ broker: BrokerFixture, _ queue: QueueName) async throws -> DeliveryConsumer {
        let connection = try await AMQPConnection.connect(broker.configuration)
        return try await connection.consume(queue, prefetch: 1)
    }

    @Test("one consumer a connection, a prefetch of at least one, a queue that exists")
    func refused() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            let none = await #expect(throws: AMQPError.self) { _ = try await connection.consume(queue, prefetch: 0) }
            #expect(none?.code == .invalidConfiguration)
            let missing = await #expect(throws: AMQPError.self) {
                _ = try await connection.consume("no-such-queue", prefetch: 1)
            }
            #expect(missing?.code == .notFound)
            #expect(missing?.message.contains("no-such-queue") == true)
            let consumer = try await connection.consume(queue, prefetch: 1)
            let second = await #expect(throws: AMQPError.self) { _ = try await connection.consume(queue, prefetch: 1) }
            #expect(second?.code == .invalidConfiguration)
            try await connection.fill(queue, ["still works"])
            #expect(try await consumer.take(atLeast: 1).count == 1)
        }
    }
}
