import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Declaring is idempotent, and what stands in the way is named", .timeLimit(.minutes(2)))
struct TopologyTests {
    @Test("declaring again changes nothing", arguments: [QueueType.classic, .quorum])
    func idempotent(type: QueueType) async throws {
        try await withBroker { broker in
            let exchange = Exchange(ExchangeName(broker.unique("exchange")), .topic)
            let queue = Queue(
                QueueName(broker.unique("queue")), type: type,
                arguments: [
                    "x-overflow": "reject-publish", "x-dead-letter-exchange": .string(exchange.name.rawValue),
                    "x-message-ttl": 60_000,
                ])
            let topology = Topology(
                exchanges: [exchange], queues: [queue], bindings: [Binding(queue.name, to: exchange.name, key: "a.#")])
            let connection = try await broker.connect()
            try await connection.declare(topology)
            let publishing = Publishing(exchange: exchange.name, routingKey: "a.b", body: [1])
            try await connection.publish(publishing)
            try await connection.declare(topology)
            try await eventually("the message is there") { try await connection.declare(queue).ready == 1 }
            #expect(try await connection.declare(queue).name == queue.name)
            #expect(try await connection.exists(exchange))
        }
    }

    private static let conflicts: [(held: AMQPTable, wanted: AMQPTable, argument: String, values: [String])] = [
        (["x-message-ttl": 1000], ["x-message-ttl": 60_000], "x-message-ttl", ["60000", "1000"]),
        (["x-message-ttl": 1000], [:], "x-message-ttl", ["none", "1000"]),
        ([:], ["x-max-length": 7], "x-max-length", ["7", "none"]),
        (
            ["x-dead-letter-exchange": "here"], ["x-dead-letter-exchange": "there"], "x-dead-letter-exchange",
            ["there", "here"]
        ),
    ]

    @Test("other arguments: refused, naming queue, argument and both values", arguments: conflicts.indices)
    func otherArguments(index: Int) async throws {
        let (held, wanted, argument, values) = Self.conflicts[index]
        try await withBroker { broker in
            let name = try await broker.queue("conflict", arguments: held)
            let connection = try await broker.connect()
            let error = await #expect(throws: AMQPError.self) {
                try await connection.declare(Queue(name, type: .classic, arguments: wanted))
            }
            try expectConflict(error, words: [name.rawValue, argument] + values)
            try await expectUsable(connection, name)
        }
    }

    @Test("another queue type: refused, naming both")
    func otherType() async throws {
        try await withBroker { broker in
            let name = try await broker.queue("conflict", type: .classic)
            let connection = try await broker.connect()
            let error = await #expect(throws: AMQPError.self) {
                try await connection.declare(Queue(name, type: .quorum))
            }
            try expectConflict(error, words: [name.rawValue, "x-queue-type", "'quorum'", "'classic'"])
            try await expectUsable(connection, name)
        }
    }

    @Test("another kind of exchange: refused, naming both")
    func otherKind() async throws {
        try await withBroker { broker in
            let name = ExchangeName(broker.unique("exchange"))
            let connection = try await broker.connect()
            try await connection.declare(Exchange(name, .topic))
            let error = await #expect(throws: AMQPError.self) { try await connection.declare(Exchange(name, .direct)) }
            try expectConflict(error, words: [name.rawValue, "type", "'direct'", "'topic'"])
            try await connection.declare(Exchange(name, .topic))
        }
    }

    private func expectConflict(_ error: AMQPError?, words: [String]) throws {
        let error = try #require(error)
        #expect(error.code == .preconditionFailed)
        #expect(error.replyCode == 406)
        #expect(!error.isRetriable)
        for word in words { #expect(error.message.contains(word), "\(word) in: \(error.message)") }
    }

    /// Declaring, publishing with its confirm and consuming still work on a connection whose channel was replaced.
    private func expectUsable(_ connection: AMQPConnection, _ queue: QueueName) async throws {
        #expect(connection.failure == nil)
        let own = Queue(QueueName("\(queue)-own"), type: .classic, isExclusive: true)
        try await connection.declare(own)
        try await connection.fill(own.name, ["a", "b"])
        let consumer = try await connection.consume(own.name, prefetch: 10)
        let deliveries = try await consumer.take(atLeast: 2)
        consumer.settle(deliveries.map(\.tag), .ack)
        try await connection.fill(own.name, ["c"])
        #expect(try await consumer.take(atLeast: 1).map(\.text) == ["c"])
    }

    @Test("looking for what does not exist is no error, as often as one likes")
    func missing() async throws {
        try await withBroker { broker in
            let connection = try await broker.connect()
            for _ in 0..<10 {
                #expect(try await connection.inspect(QueueName(broker.unique("missing"))) == nil)
                #expect(try await !connection.exists(Exchange(ExchangeName(broker.unique("missing")), .topic)))
            }
            let queue = try await broker.queue()
            try await connection.fill(queue, ["fine"])
            try await eventually("it is counted") { try await connection.inspect(queue)?.ready == 1 }
        }
    }

    @Test("binding to what does not exist: not found, by name")
    func bindingToNothing() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let exchange = ExchangeName(broker.unique("missing"))
            let connection = try await broker.connect()
            for binding in [
                Binding(queue, to: exchange, key: "key"),
                Binding(QueueName(exchange.rawValue), to: "amq.topic", key: "k"),
            ] {
                let error = await #expect(throws: AMQPError.self) { try await connection.bind(binding) }
                #expect(error?.code == .notFound)
                #expect(error?.message.contains(exchange.rawValue) == true)
            }
            #expect(try await connection.inspect(queue) != nil)
        }
    }

    @Test("a name that is too long fails its call and nothing else")
    func longNames() async throws {
        try await withBroker { broker in
            let connection = try await broker.connect()
            let long = String(repeating: "x", count: 256)
            let calls: [() async throws -> Void] = [
                { try await connection.declare(Exchange(ExchangeName(long), .topic)) },
                { try await connection.declare(Queue(QueueName(long), type: .classic)) },
                { try await connection.declare(Queue("q", type: .classic, arguments: [long: 1])) },
                { try await connection.bind(Binding("q", to: "amq.topic", key: RoutingKey(long))) },
                { try await connection.unbind(Binding("q", to: ExchangeName(long), key: "k")) },
                { _ = try await connection.inspect(QueueName(long)) },
                { _ = try await connection.exists(Exchange(ExchangeName(long), .topic)) },
                { try await connection.delete(QueueName(long)) },
                { try await connection.delete(ExchangeName(long)) },
                { _ = try await connection.consume(QueueName(long), prefetch: 1) },
            ]
            for (index, call) in calls.enumerated() {
                let error = await #expect(throws: AMQPError.self, "call \(index)") { try await call() }
                #expect(error?.code == .tooLarge, "call \(index)")
            }
            #expect(connection.failure == nil)
            #expect(try await connection.inspect("no-such-queue") == nil)
        }
    }

    @Test("unbinding and deleting take effect, and may be done again")
    func removal() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let exchange = Exchange(ExchangeName(broker.unique("exchange")), .direct)
            let connection = try await broker.connect()
            try await connection.declare(exchange)
            let binding = Binding(queue, to: exchange.name, key: "key")
            let publishing = Publishing(exchange: exchange.name, routingKey: "key", body: [1])
            try await connection.bind(binding)
            try await connection.publish(publishing)
            for _ in 0..<2 { try await connection.unbind(binding) }
            let error = await #expect(throws: AMQPError.self) { try await connection.publish(publishing) }
            #expect(error?.code == .unroutable)
            for _ in 0..<2 { try await connection.delete(queue) }
            for _ in 0..<2 { try await connection.delete(exchange.name) }
            #expect(try await connection.inspect(queue) == nil)
            #expect(try await !connection.exists(exchange))
        }
    }
}
