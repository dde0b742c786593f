import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A consumer has no more in hand than its prefetch, and loses nothing", .timeLimit(.minutes(3)))
struct ConsumeTests {
    @Test("never more in hand than the prefetch", arguments: [UInt16(1), 5, 64])
    func prefetch(limit: UInt16) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            let texts = (0..<200).map(String.init)
            try await connection.fill(queue, texts)
            let consumer = try await connection.consume(queue, prefetch: limit)
            try await eventually("the prefetch is used") { consumer.inHand == Int(limit) }
            var seen: [String] = []
            for try await batch in consumer {
                #expect(batch.count <= limit)
                for delivery in batch {
                    #expect(consumer.inHand <= limit)
                    seen.append(delivery.text)
                    consumer.settle(delivery.tag, .ack)
                }
                if seen.count == texts.count { break }
            }
            #expect(seen == texts)
            #expect(consumer.inHand == 0)
        }
    }

    @Test("deliveries come in batches, not one wake-up each")
    func batches() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, (0..<500).map(String.init))
            let consumer = try await connection.consume(queue, prefetch: 500)
            try await eventually("all arrived") { consumer.inHand == 500 }
            let batch = try await consumer.take(atLeast: 1)
            #expect(batch.count == 500)
        }
    }

    /// Far more single acks than a quorum queue takes at a time (32), right before the goodbye.
    @Test(
        "everything acked, in any order, and closed at once: the queue stays empty",
        arguments: [QueueType.classic, .quorum])
    func allAcked(type: QueueType) async throws {
        try await withBroker { broker in
            for _ in 0..<20 {
                let queue = try await broker.queue(type: type)
                let connection = try await broker.connect()
                try await connection.fill(queue, (0..<300).map(String.init))
                let consumer = try await connection.consume(queue, prefetch: 300)
                for delivery in try await consumer.take(atLeast: 300).shuffled() {
                    consumer.settle(delivery.tag, .ack)
                }
                await connection.close()
                let other = try await broker.connect()
                // Consumed again, not only counted: what was not acked would come first.
                let again = try await other.consume(queue, prefetch: 1)
                try await other.fill(queue, ["last"])
                #expect(try await again.take(atLeast: 1).map(\.text) == ["last"])
            }
        }
    }

    @Test("an ack leaves by itself, without anybody asking for more")
    func ackLeavesByItself() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, (0..<31).map(String.init))
            let consumer = try await connection.consume(queue, prefetch: 30)
            try await eventually("the prefetch is used") { consumer.inHand == 30 }
            let first = try await consumer.take(atLeast: 30)
            consumer.settle(first[3].tag, .ack)
            // The broker sends the last one only once the ack has arrived.
            try await eventually("the last one came", within: .seconds(4)) { consumer.inHand == 30 }
        }
    }

    @Test("not acked and the connection gone: delivered again, and marked so")
    func redelivered() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let first = try await broker.connect()
            try await first.fill(queue, ["a", "b", "c"])
            let deliveries = try await first.consume(queue, prefetch: 10).take(atLeast: 3)
            #expect(deliveries.allSatisfy { !$0.isRedelivered })
            await first.close()
            let again = try await broker.connect().consume(queue, prefetch: 10).take(atLeast: 3)
            #expect(again.map(\.text) == ["a", "b", "c"])
            #expect(again.allSatisfy { $0.isRedelivered })
        }
    }

    @Test("a rejected delivery goes to the dead-letter exchange")
    func rejected() async throws {
        try await withBroker { broker in
            let exchange = Exchange(ExchangeName(broker.unique("dlx")), .direct)
            let dead = Queue(QueueName(broker.unique("dead")), type: .classic)
            let queue = Queue(
                QueueName(broker.unique("queue")), type: .classic,
                arguments: [
                    "x-dead-letter-exchange": .string(exchange.name.rawValue), "x-dead-letter-routing-key": "dead",
                ])
            let bindings = [Binding(dead.name, to: exchange.name, key: "dead")]
            try await broker.declare(Topology(exchanges: [exchange], queues: [dead, queue], bindings: bindings))
            let connection = try await broker.connect()
            try await connection.fill(queue.name, ["hopeless", "fine"])
            let consumer = try await connection.consume(queue.name, prefetch: 10)
            let deliveries = try await consumer.take(atLeast: 2)
            consumer.settle(deliveries[0].tag, .reject(requeue: false))
            consumer.settle(deliveries[1].tag, .ack)
            let letters = try await broker.connect().consume(dead.name, prefetch: 10).take(atLeast: 1)
            #expect(letters.map(\.text) == ["hopeless"])
            #expect(letters.first?.exchange == exchange.name)
            #expect(letters.first?.properties.headers["x-death"] != nil)
        }
    }

    @Test("requeued deliveries come again", arguments: [Settlement.requeue, .reject(requeue: true)])
    func requeued(settlement: Settlement) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            try await connection.fill(queue, ["not now"])
            let consumer = try await connection.consume(queue, prefetch: 10)
            let first = try await consumer.take(atLeast: 1)
            consumer.settle(first.map(\.tag), settlement)
            let second = try await consumer.take(atLeast: 1)
            #expect(second.map(\.text) == ["not now"])
            #expect(second.first?.isRedelivered == true)
            #expect(second.first?.tag != first.first?.tag)
        }
    }

    @Test("a body over the limit arrives empty and says so; at the limit it is whole")
    func oversized() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect { $0.maxBodySize = 1000 }
            try await connection.fill(queue, [1000, 1001, 500_000].map { String(repeating: "x", count: $0) } + [""])
            let consumer = try await connection.consume(queue, prefetch: 10)
            let deliveries = try await consumer.take(atLeast: 4)
            #expect(deliveries.map(\.isOversized) == [false, true, true, false])
            #expect(deliveries.map(\.body.count) == [1000, 0, 0, 0])
            #expect(deliveries.map(\.bodySize) == [1000, 1001, 500_000, 0])
        }
    }

    @Test("bodies of many frames arrive whole", arguments: [131_063, 131_064, 131_065, 262_128, 1 << 20])
    func largeBodies(size: Int) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            var publishing = Publishing(to: queue, "")
            publishing.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await connection.publish(publishing)
            let delivery = try #require(try await connection.consume(queue, prefetch: 1).take(atLeast: 1).first)
            #expect(delivery.body == publishing.body)
        }
    }
}
