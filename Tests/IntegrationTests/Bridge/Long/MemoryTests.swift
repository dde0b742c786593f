import AMQPBridge
import AMQPBridgeTesting
import Logging
import ShopRunning
import Synchronization
import Testing

@Suite("A million events through one subscription leave nothing in memory", .timeLimit(.minutes(30)))
struct MemoryTests {
    private static let count = 1_000_000
    private static let warmUp = 50_000
    /// The figure.
    private static let limit = 5 << 20
    private static let batch = 500
    /// So many are on their way at most: the test's own, not the bridge's, and small in a queue that is drained.
    private static let ahead = 5000

    /// 512 bytes of body with everything around it.
    private struct Filler: Event {
        static let type: EventType = "test.memory.filled.v1"
        static let routingKey: RoutingKey = "memory.filled"

        var number: Int
        var filling: String
        var subject: String { "memory" }
    }

    @Test("RSS grows by no more than 5 MB after the first 50,000", .enabled(if: Thorough.isWanted))
    func million() async throws {
        try await withBroker { broker in
            let topology = ServiceTopology(
                service: broker.unique("memory"), exchange: ExchangeName(broker.unique("memory-events")),
                listensTo: [Filler.routingKey], queueType: .classic)
            var whole = topology.shared
            whole.add(topology.own)
            try await broker.declare(whole)
            let bus = RabbitMQEventBus(
                RabbitMQEventBus.Configuration(amqp: broker.configuration, topology: topology),
                encoder: EventEncoder(source: "/test/memory"),
                logger: Logger(label: "memory") { _ in SwiftLogNoOpLogHandler() })
            let handled = Atomic<Int>(0)
            bus.on(Filler.self) { _, _ in
                handled.add(1, ordering: .relaxed)
                return []
            }
            let running = Task { try await bus.run() }
            defer { running.cancel() }
            try await eventually("the bus runs") { bus.state.obstacles.isEmpty }
            let body = try Self.body(bus)
            let publisher = try await broker.connect()
            try await Self.pass(
                Self.warmUp, body, to: topology.exchange, on: publisher, { handled.load(ordering: .relaxed) })
            let before = try Memory.anonymous()
            var largest = before
            let start = ContinuousClock.now
            for round in 1...20 {
                let goal = Self.warmUp + (Self.count - Self.warmUp) * round / 20
                try await Self.pass(
                    goal, body, to: topology.exchange, on: publisher, { handled.load(ordering: .relaxed) })
                let now = try Memory.anonymous()
                largest = max(largest, now)
                print("memory: \(goal) events, \(now >> 10) KiB, \((now - before) >> 10) KiB more than at the start")
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            print(
                "memory: \(Int(Double(Self.count - Self.warmUp) / seconds)) events a second, body \(body.count) bytes")
            #expect(largest - before <= Self.limit, "grew by \(largest - before) bytes")
        }
    }

    private static func body(_ bus: RabbitMQEventBus) throws -> [UInt8] {
        let empty = try bus.encoder.encode(Filler(number: 0, filling: "")).body.count
        return try bus.encoder.encode(Filler(number: 0, filling: String(repeating: "x", count: max(0, 512 - empty))))
            .body
    }

    /// Publishes until so many have been handled in all.
    private static func pass(
        _ goal: Int, _ body: [UInt8], to exchange: ExchangeName, on publisher: AMQPConnection,
        _ handled: @Sendable () -> Int
    ) async throws {
        let publishing = Publishing(exchange: exchange, routingKey: Filler.routingKey, body: body)
        var published = handled()
        while published < goal {
            let batch = [Publishing](repeating: publishing, count: min(Self.batch, goal - published))
            for outcome in await publisher.publish(contentsOf: batch) {
                if let error = outcome.error(for: publishing) { throw error }
            }
            published += batch.count
            let floor = published - Self.ahead
            try await eventually("the handler keeps up", within: .seconds(60)) { handled() >= floor }
        }
        try await eventually("all are handled", within: .seconds(60)) { handled() >= goal }
    }
}
