import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A plan tells every difference and changes nothing", .timeLimit(.minutes(2)))
struct PlanTests {
    private static let deadLetters: AMQPTable = [
        "x-overflow": "reject-publish", "x-dead-letter-exchange": "back", "x-dead-letter-routing-key": "in",
    ]

    @Test(
        "on an empty broker all is missing, before and after; applied, all is the same",
        arguments: [QueueType.classic, .quorum])
    func missing(type: QueueType) async throws {
        try await BrokerControl.withVirtualHost { _, broker in
            let topology = ServiceTopology(service: "s", exchange: "events", listensTo: ["a.#", "b"], queueType: type)
            var wanted = topology.own
            wanted.add(topology.shared)
            let connection = try await broker.connect()
            for _ in 0..<2 {
                let plan = try await connection.plan(wanted)
                #expect(plan.count == wanted.exchanges.count + wanted.queues.count + wanted.bindings.count)
                #expect(plan.allSatisfy { $0.state == .missing && $0.isChecked })
            }
            #expect(try await connection.apply(wanted).allSatisfy { $0.state == .created })
            let plan = try await connection.plan(wanted)
            #expect(plan.allSatisfy { $0.state == .same && $0.differences.isEmpty })
            #expect(plan.filter { !$0.isChecked }.map(\.kind) == wanted.bindings.map { _ in .binding })

            // One queue away: its bindings are missing too, all else stands.
            try await connection.delete(QueueName("s.dead"))
            let gone = try await connection.plan(wanted).filter { $0.state == .missing }
            #expect(gone.map(\.name) == ["s.dead", "s.rt/dead -> s.dead"])
            #expect(try await connection.inspect("s.dead") == nil)
        }
    }

    struct Conflict: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var wanted: (QueueType, AMQPTable)
        var held: (QueueType, AMQPTable)
        /// Argument, wanted, found.
        var differences: Set<[String]>
    }

    static let conflicts = [
        Conflict(
            testDescription: "four of five", wanted: (.quorum, deadLetters.merging(["x-delivery-limit": 20]) { $1 }),
            held: (.quorum, ["x-overflow": "drop-head", "x-dead-letter-exchange": "there", "x-max-length": 7]),
            differences: [
                ["x-overflow", "reject-publish", "drop-head"], ["x-dead-letter-exchange", "back", "there"],
                ["x-dead-letter-routing-key", "in", "none"], ["x-delivery-limit", "20", "none"],
                ["x-max-length", "none", "7"],
            ]),
        Conflict(
            testDescription: "the type, and what both types know",
            wanted: (.quorum, deadLetters.merging(["x-message-ttl": 1000, "x-delivery-limit": 20]) { $1 }),
            held: (.classic, ["x-message-ttl": 60_000]),
            differences: [
                ["x-queue-type", "quorum", "classic"], ["x-message-ttl", "1000", "60000"],
                ["x-overflow", "reject-publish", "none"], ["x-dead-letter-exchange", "back", "none"],
                ["x-dead-letter-routing-key", "in", "none"],
            ]),
        Conflict(
            testDescription: "numbers, flags and texts that only the broker has", wanted: (.classic, [:]),
            held: (
                .classic,
                ["x-max-priority": 5, "x-single-active-consumer": true, "x-dead-letter-exchange": "it's 'here'"]
            ),
            differences: [
                ["x-max-priority", "none", "5"], ["x-single-active-consumer", "none", "true"],
                ["x-dead-letter-exchange", "none", "it's 'here'"],
            ]),
    ]

    @Test("every differing argument is listed with both values, by plan and by apply", arguments: conflicts)
    func differences(_ conflict: Conflict) async throws {
        try await withBroker { broker in
            let name = try await broker.queue("conflict", type: conflict.held.0, arguments: conflict.held.1)
            let wanted = Topology(queues: [Queue(name, type: conflict.wanted.0, arguments: conflict.wanted.1)])
            let connection = try await broker.connect()
            for _ in 0..<2 {
                let change = try #require(try await connection.plan(wanted).first)
                #expect(change.state == .differs)
                let differences = change.differences.map { [$0.argument, $0.wanted, $0.found] }
                #expect(Set(differences) == conflict.differences)
                #expect(differences.count == conflict.differences.count)
            }
            #expect(try await connection.apply(wanted) == connection.plan(wanted))
            // Untouched.
            try await connection.declare(Queue(name, type: conflict.held.0, arguments: conflict.held.1))
            try await connection.fill(name, ["a"])
        }
    }

    @Test("a queue that lives for one connection and an exchange of another kind")
    func flagsAndKind() async throws {
        try await withBroker { broker in
            let (queue, exchange) = (QueueName(broker.unique("own")), ExchangeName(broker.unique("exchange")))
            let connection = try await broker.connect()
            try await connection.declare(Exchange(exchange, .direct))
            try await connection.declare(Queue(queue, type: .classic, isExclusive: true))
            let wanted = Topology(exchanges: [Exchange(exchange, .topic)])
            let change = try #require(try await connection.plan(wanted).first)
            #expect(change.state == .differs)
            #expect(change.differences == [TopologyDifference(argument: "type", wanted: "topic", found: "direct")])
            #expect(try await connection.exists(Exchange(exchange, .direct)))
            try await connection.declare(Exchange(exchange, .direct))

            // Somebody else's exclusive queue cannot even be looked at.
            let other = try await broker.connect()
            let error = await #expect(throws: AMQPError.self) {
                try await other.plan(Topology(queues: [Queue(queue, type: .classic)]))
            }
            #expect(error?.code == .resourceLocked)
        }
    }

    @Test("bindings to what is no part of the topology are looked up")
    func foreignExchange() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let missing = ExchangeName(broker.unique("missing"))
            let connection = try await broker.connect()
            let plan = try await connection.plan(
                Topology(bindings: [
                    Binding(queue, to: "amq.topic", key: "k"), Binding(queue, to: missing, key: "k"),
                    Binding(QueueName(missing.rawValue), to: "amq.topic", key: "k"),
                ]))
            #expect(plan.map(\.state) == [.same, .missing, .missing])
            #expect(plan.map(\.isChecked) == [false, true, true])
            #expect(try await connection.inspect(QueueName(missing.rawValue)) == nil)
        }
    }
}
