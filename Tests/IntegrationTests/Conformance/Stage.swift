import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Logging
import ServiceLifecycle
import ShopRunning
import Synchronization
import Testing

/// What the one suite runs against.
enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
    case memory, classic, quorum

    var description: String { rawValue }
    var queueType: QueueType { self == .classic ? .classic : .quorum }
}

/// A broker for one test, whichever it is: names of the test's own, buses, faults and looks.
///
/// In memory, time runs by itself here, a good deal faster than on the wall, so that the same tests fit all.
struct Stage: Sendable {
    typealias Bus = any EventBus & Service

    /// Ends after 350 ms: four calls.
    static let ladder = (try? RetryLadder("50ms,100ms,200ms")) ?? .standard

    let backend: Backend
    let exchange: ExchangeName
    private let run: String
    private let fixture: BrokerFixture?
    private let memory: InMemoryBroker?

    /// - Parameter promise: a line of the conformance table.
    static func with(_ backend: Backend, _ promise: String, _ body: (Stage) async throws -> Void) async throws {
        if backend == .memory {
            let broker = InMemoryBroker()
            let stage = Stage(backend, fixture: nil, memory: broker)
            try broker.declare(Topology(exchanges: [Exchange(stage.exchange, .topic)]))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while (try? await Task.sleep(for: .milliseconds(1))) != nil { broker.advance(by: .milliseconds(5)) }
                }
                try await body(stage)
                group.cancelAll()
            }
        } else {
            try await withBroker { fixture in
                let stage = Stage(backend, fixture: fixture, memory: nil)
                try await fixture.declare(Topology(exchanges: [Exchange(stage.exchange, .topic)]))
                try await body(stage)
            }
        }
        ConformanceTable.note(promise, backend)
    }

    private init(_ backend: Backend, fixture: BrokerFixture?, memory: InMemoryBroker?) {
        self.backend = backend
        self.fixture = fixture
        self.memory = memory
        run = String("\(UUIDv7())".suffix(12))
        exchange = ExchangeName("conformance-\(run)")
    }

    // MARK: Services

    /// A service of this test, declared.
    func service(
        _ name: String = "depot", listensTo keys: [RoutingKey] = [Parcel.routingKey], ladder: RetryLadder = Self.ladder
    ) async throws -> ServiceTopology {
        let topology = ServiceTopology(
            service: "\(name)-\(run)", exchange: exchange, listensTo: keys, queueType: backend.queueType,
            ladder: ladder)
        try memory?.declare(topology.own)
        try await fixture?.declare(topology.own)
        return topology
    }

    func bus(_ topology: ServiceTopology, _ change: (inout SubscriptionOptions) -> Void = { _ in }) -> Bus {
        var options = SubscriptionOptions()
        change(&options)
        let encoder = EventEncoder(source: "/test/\(topology.service)")
        if let memory { return InMemoryEventBus(memory, topology, options, encoder: encoder) }
        var configuration = RabbitMQEventBus.Configuration(amqp: amqp, topology: topology)
        configuration.subscription = options
        return RabbitMQEventBus(configuration, encoder: encoder, logger: Self.silent)
    }

    private static let silent = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }

    private var amqp: AMQPConfiguration { fixture?.configuration ?? AMQPConfiguration(endpoints: []) }

    /// Runs the buses for the time of the body, then shuts them down gracefully.
    func running(_ buses: Bus..., body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(services: buses.map { .init(service: $0) }, logger: Self.silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Runs the bus for the time of the body, then ends it as a crash would: nothing is settled any more.
    func crashing(_ bus: Bus, body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await bus.run() }
            try await body()
            tasks.cancelAll()
        }
    }

    // MARK: Messages

    @discardableResult
    func publish(_ events: [any Event], from source: String = "/test/customer") async throws -> [PublishOutcome] {
        try await send(events.map { try EventEncoder(source: source).encode($0).publishing(to: exchange) })
    }

    @discardableResult
    func send(_ publishings: [Publishing]) async throws -> [PublishOutcome] {
        if let memory { return publishings.map { memory.publish($0) } }
        guard let fixture else { return [] }
        let connection = try await fixture.connect()
        let outcomes = await connection.publish(contentsOf: publishings)
        await connection.close()
        return outcomes
    }

    /// Messages ready in a queue.
    func ready(_ queue: QueueName) async throws -> Int {
        if let memory { return memory.messages(in: queue)?.count ?? 0 }
        guard let fixture else { return 0 }
        let connection = try await fixture.connect()
        let status = try await connection.inspect(queue)
        await connection.close()
        return status?.ready ?? 0
    }

    var deadLetters: DeadLetters { memory.map { DeadLetters($0) } ?? DeadLetters(amqp) }

    /// Nothing waits in any queue of the service, and nothing is in anybody's hand: what is not among the dead is done.
    func isDone(_ topology: ServiceTopology) async throws -> Bool {
        for queue in topology.own.queues where queue.name != topology.deadQueue {
            if try await ready(queue.name) > 0 { return false }
        }
        return true
    }

    // MARK: Faults

    func closeConnections() async throws {
        memory?.closeConnections()
        guard fixture != nil else { return }
        let answer = try await BrokerControl.ctl("-q", "close_all_connections", "--global", "test")
        #expect(!answer.contains("Closed 0 "), "nothing was cut: \(answer)")
    }

    /// With the alarm that a broker raises when its memory is short.
    func whileBlocked(_ body: () async throws -> Void) async throws {
        memory?.block()
        if fixture != nil { try await BrokerControl.ctl("-q", "set_vm_memory_high_watermark", "absolute", "1000000") }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        memory?.unblock()
        if fixture != nil { try await BrokerControl.ctl("-q", "set_vm_memory_high_watermark", "0.4") }
        try result.get()
    }

    func obstacles(of bus: Bus) -> [String] {
        (bus as? RabbitMQEventBus)?.state.obstacles ?? (bus as? InMemoryEventBus)?.state.obstacles ?? ["another bus"]
    }

    func delete(_ queue: QueueName) async throws {
        memory?.deleteQueue(queue)
        guard let fixture else { return }
        let connection = try await fixture.connect()
        try await connection.delete(queue)
        await connection.close()
    }
}

/// Which promise held on which backend: what the run can be asked for afterwards.
enum ConformanceTable {
    private static let held = Mutex<[(promise: String, backend: Backend)]>([])

    static func note(_ promise: String, _ backend: Backend) {
        let lines = held.withLock { held in
            held.append((promise, backend))
            return held
        }
        guard let folder = ProcessInfo.processInfo.environment["RUN_DIR"] else { return }
        var promises: [String] = []
        for line in lines where !promises.contains(line.promise) { promises.append(line.promise) }
        let rows = promises.map { promise in
            let marks = Backend.allCases.map { backend in
                lines.contains { $0.promise == promise && $0.backend == backend } ? "yes" : "-"
            }
            return "| \(promise) | \(marks.joined(separator: " | ")) |"
        }
        let table = ["| promise | in memory | classic | quorum |", "|---|---|---|---|"] + rows
        try? (table.joined(separator: "\n") + "\n").write(
            toFile: "\(folder)/conformance.md", atomically: true, encoding: .utf8)
    }
}
