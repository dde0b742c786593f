import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("What publish returned for is with the broker", .timeLimit(.minutes(3)))
struct ConfirmTests {
    @Test("confirmed means it is in the queue", arguments: [QueueType.classic, .quorum])
    func confirmed(type: QueueType) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue("confirmed", type: type)
            let publisher = try await broker.connect()
            for number in 1...20 { try await publisher.publish(Publishing(to: queue, "message \(number)")) }
            let consumer = try await broker.connect().consume(queue, prefetch: 100)
            let texts = try await consumer.take(atLeast: 20).map(\.text)
            #expect(texts == (1...20).map { "message \($0)" })
        }
    }

    @Test("a full queue nacks, and what it confirmed is what it holds", arguments: [QueueType.classic, .quorum])
    func nacked(type: QueueType) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue(
                "full", type: type, arguments: ["x-max-length": 1, "x-overflow": "reject-publish"])
            let publisher = try await broker.connect()
            var confirmed = 0
            var refusal: AMQPError?
            // The limit of a quorum queue is soft: it takes a few more.
            while refusal == nil, confirmed < 50 {
                do {
                    try await publisher.publish(Publishing(to: queue, "message", id: "full-\(confirmed)"))
                    confirmed += 1
                } catch let error as AMQPError {
                    refusal = error
                }
            }
            #expect(confirmed >= 1)
            #expect(refusal?.code == .nacked)
            #expect(refusal?.isRetriable == true)
            #expect(refusal?.message.contains("full-\(confirmed)") == true, "it names the message")
            #expect(publisher.failure == nil, "a nack is no failure of the connection")
            let held = confirmed
            try await eventually("the queue holds \(held)") { try await publisher.inspect(queue)?.ready == held }
        }
    }

    @Test("nobody listens: unroutable when it is mandatory, confirmed when it is not")
    func unroutable() async throws {
        try await withBroker { broker in
            let exchange = Exchange(ExchangeName(broker.unique("exchange")), .topic)
            let publisher = try await broker.connect()
            try await publisher.declare(exchange)
            var publishing = Publishing(exchange: exchange.name, routingKey: "nobody.listens", body: [1])
            publishing.properties.messageID = "lonely-1"
            let error = await #expect(throws: AMQPError.self) { try await publisher.publish(publishing) }
            #expect(error?.code == .unroutable)
            #expect(error?.message.contains("lonely-1") == true)
            #expect(error?.message.contains("nobody.listens") == true)
            publishing.isMandatory = false
            try await publisher.publish(publishing)
            publishing.isMandatory = true
            publishing.properties.messageID = nil
            let other = await #expect(throws: AMQPError.self) { try await publisher.publish(publishing) }
            #expect(other?.code == .unroutable, "also without an id of its own")
            #expect(publisher.failure == nil)
        }
    }

    @Test("the outcomes of many come in the order of the publishings")
    func manyInOrder() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let publisher = try await broker.connect()
            let nobody = Publishing(to: QueueName(broker.unique("nobody")), "lost", id: "same id")
            var optional = nobody
            optional.isMandatory = false
            var tooLarge = Publishing(to: queue, "")
            tooLarge.body = [UInt8](repeating: 0, count: 1 << 20 + 1)
            let good = Publishing(to: queue, "good", id: "same id")
            let pattern = [good, nobody, optional, tooLarge, nobody, good]
            let outcomes = await publisher.publish(contentsOf: pattern + pattern)
            let words = zip(pattern + pattern, outcomes).map { $1.error(for: $0)?.code.description ?? "confirmed" }
            let wanted = ["confirmed", "unroutable", "confirmed", "too_large", "unroutable", "confirmed"]
            #expect(words == wanted + wanted)
            try await eventually("the good ones arrived") { try await publisher.inspect(queue)?.ready == 4 }
            #expect(await publisher.publish(contentsOf: []).isEmpty)
        }
    }

    @Test("ten thousand at once, with a window, are all confirmed", arguments: [1, 256, 100_000])
    func manyAtOnce(window: Int) async throws {
        // A window of one is a round trip each.
        let count = window == 1 ? 500 : 10_000
        try await withBroker { broker in
            let queue = try await broker.queue()
            let publisher = try await broker.connect { $0.maxUnconfirmed = window }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask { try await publisher.publish(Publishing(to: queue, "\(number)")) }
                }
                try await group.waitForAll()
            }
            let consumer = try await broker.connect().consume(queue, prefetch: 5000)
            var seen: Set<String> = []
            while seen.count < count {
                let batch = try await consumer.take(atLeast: 1)
                seen.formUnion(batch.map(\.text))
                consumer.settle(batch.map(\.tag), .ack)
            }
            #expect(seen == Set((0..<count).map(String.init)))
        }
    }

    @Test("messages of one task arrive in the order of its calls, also through a window")
    func order() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let publisher = try await broker.connect { $0.maxUnconfirmed = 7 }
            let texts = (0..<1000).map(String.init)
            try await publisher.fill(queue, texts)
            let consumer = try await broker.connect().consume(queue, prefetch: 1000)
            #expect(try await consumer.take(atLeast: 1000).map(\.text) == texts)
        }
    }

    @Test("an exchange that does not exist is named, and ends the connection")
    func missingExchange() async throws {
        try await withBroker { broker in
            let exchange = ExchangeName(broker.unique("missing"))
            let publisher = try await broker.connect()
            let publishing = Publishing(exchange: exchange, routingKey: "key", body: [1])
            let error = await #expect(throws: AMQPError.self) { try await publisher.publish(publishing) }
            #expect(error?.code == .outcomeUnknown)
            #expect(error?.replyCode == 404)
            #expect((error?.underlyingError as? AMQPError)?.code == .notFound)
            #expect(error?.message.contains("no exchange '\(exchange)'") == true, "\(error?.message ?? "")")
            #expect(await publisher.closed().code == .notFound)
        }
    }
}
