import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Settling is harmless whenever and however often it is done", .timeLimit(.minutes(2)))
struct SettleTests {
    @Test("a second settlement does nothing")
    func twice() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, ["once"])
            let consumer = try await connection.consume(queue, prefetch: 1)
            let tags = try await consumer.take(atLeast: 1).map(\.tag)
            for settlement in [Settlement.ack, .ack, .requeue, .reject(requeue: false)] {
                consumer.settle(tags, settlement)
            }
            try await connection.fill(queue, ["next"])
            #expect(try await consumer.take(atLeast: 1).map(\.text) == ["next"])
            consumer.settle(tags, .ack)
            #expect(consumer.inHand == 1)
            #expect(connection.failure == nil)
        }
    }

    @Test("a tag of another connection settles nothing here")
    func staleTag() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let first = try await broker.connect()
            try await first.fill(queue, ["precious"])
            let stale = try await first.consume(queue, prefetch: 1).take(atLeast: 1).map(\.tag)
            await first.close()
            let second = try await broker.connect()
            let consumer = try await second.consume(queue, prefetch: 1)
            let fresh = try await consumer.take(atLeast: 1).map(\.tag)
            #expect(fresh.map(\.value) == stale.map(\.value), "the same number, counted anew")
            consumer.settle(stale, .ack)
            #expect(consumer.inHand == 1)
            await second.close()
            let third = try await broker.connect().consume(queue, prefetch: 1).take(atLeast: 1)
            #expect(third.map(\.text) == ["precious"])
        }
    }

    @Test("tags that were never delivered do nothing")
    func inventedTags() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            let consumer = try await connection.consume(queue, prefetch: 10)
            try await connection.fill(queue, ["real"])
            let tag = try #require(try await consumer.take(atLeast: 1).first?.tag)
            for value in [0, tag.value + 1, .max] {
                consumer.settle(DeliveryTag(epoch: tag.epoch, value: value), .ack)
            }
            #expect(consumer.inHand == 1)
            consumer.settle(tag, .ack)
            try await connection.fill(queue, ["next"])
            #expect(try await consumer.take(atLeast: 1).count == 1)
            #expect(connection.failure == nil)
        }
    }

    /// Too few to be worth a write of their own, and the second time right after the first have left: the broker sends more
    /// only when it has been told of them.
    @Test("a few settlements leave, though nothing else happens")
    func few() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, (0..<110).map(String.init))
            let consumer = try await connection.consume(queue, prefetch: 100)
            let tags = try await consumer.take(atLeast: 100).map(\.tag)
            for few in [tags[..<5], tags[5..<10]] {
                consumer.settle(few, .ack)
                #expect(try await consumer.take(atLeast: 5).count == 5)
            }
        }
    }

    @Test("settled from many tasks at once, everything is settled once")
    func manyTasks() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, (0..<2000).map(String.init))
            let consumer = try await connection.consume(queue, prefetch: 200)
            var seen = 0
            for try await batch in consumer {
                seen += batch.count
                await withTaskGroup(of: Void.self) { group in
                    for delivery in batch.shuffled() { group.addTask { consumer.settle(delivery.tag, .ack) } }
                }
                if seen >= 2000 { break }
            }
            #expect(seen == 2000)
            await connection.close()
            let other = try await broker.connect()
            #expect(try await other.inspect(queue)?.ready == 0)
        }
    }
}
