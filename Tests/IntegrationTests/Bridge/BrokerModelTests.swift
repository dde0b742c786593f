import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("The broker in memory does what RabbitMQ does", .timeLimit(.minutes(5)))
struct BrokerModelTests {
    /// Those that see the most; others, too, with `deploy/test --all`.
    private static let seeds: [UInt64] = [28, 49, 53, 55, 57] + Thorough.choose(Array(100..<115), else: [])

    @Test("the same script, the same deliveries", arguments: [QueueType.classic, .quorum], seeds)
    func sameDeliveries(type: QueueType, seed: UInt64) async throws {
        try await withBroker { broker in
            let script = try BrokerScript(seed: seed, type: type, service: broker.unique("model"))
            let expected = try await script.run(on: .memory())
            try await broker.declare(script.topology)
            let found = try await script.run(
                on: BrokerScript.Stage(connect: { try await broker.connect() }, expected: expected))
            for index in script.steps.indices where found[index] != expected[index] {
                Issue.record(
                    """
                    step \(index), \(script.steps[index])
                    memory: \(expected[index])
                    broker: \(found[index])
                    """)
                break
            }
        }
    }

    private static let wanted: [QueueType: [String]] = [
        .classic: ["rejected", "expired", "maxlen", "redelivered", "unroutable", "count=int(2)"],
        .quorum: ["rejected", "expired", "maxlen", "delivery_limit", "x-delivery-count=int(2)", "count=int(2)"],
    ]

    @Test("the scripts come by everything in which brokers could differ", arguments: [QueueType.classic, .quorum])
    func coverage(type: QueueType) async throws {
        var seen = ""
        for seed in Self.seeds {
            let script = try BrokerScript(seed: seed, type: type, service: "model")
            for observation in try await script.run(on: .memory()) { seen += "\(observation)" }
        }
        let missing = Self.wanted[type]?.filter { !seen.contains($0) }
        #expect(missing == [])
    }
}

extension BrokerScript.Stage {
    fileprivate static func memory() -> Self {
        let memory = InMemoryBroker()
        return Self(
            connect: { try memory.connect(named: "script") },
            waitForRetry: { memory.advance(by: BrokerScript.rung.time) })
    }
}
