import AMQPBridge
import AMQPBridgeTesting
import Logging
import MetricsTestKit
import ServiceLifecycle
import Synchronization

/// What comes in; crates of one owner keep their order.
struct Crate: Event {
    static let type: EventType = "test.crate.v1"
    static let routingKey: RoutingKey = "crate"
    var number: Int
    var owner: String
    var subject: String { owner }

    init(_ number: Int, of owner: String? = nil) {
        self.number = number
        self.owner = owner ?? "owner-\(number)"
    }
}

/// What follows from a crate.
struct Slip: Event {
    static let type: EventType = "test.slip.v1"
    static let routingKey: RoutingKey = "slip"
    var number: Int
    var subject: String { "slip-\(number)" }
}

struct Jammed: Error {}

/// A service on a broker in memory, whose time the test moves.
struct Depot: Sendable {
    let broker = InMemoryBroker()
    let metrics = TestMetrics()
    let tracer = W3CTracer()
    let bus: InMemoryEventBus
    let topology: ServiceTopology
    /// Handler calls, by the crates' numbers.
    let calls = Notes()
    let done = Notes()
    let isAway = Flag()
    let hasEnded = Flag()

    init(ladder: RetryLadder = .standard, _ change: (inout SubscriptionOptions) -> Void = { _ in }) throws {
        topology = ServiceTopology(service: "depot", exchange: "events", listensTo: ["crate"], ladder: ladder)
        var options = SubscriptionOptions()
        change(&options)
        try broker.declare(topology.shared)
        try broker.declare(topology.own)
        bus = InMemoryEventBus(
            broker, topology, options, encoder: EventEncoder(source: "/test/depot"), metrics: metrics, tracer: tracer)
    }

    /// Somebody who listens to slips.
    func openDesk() throws {
        try broker.declare(
            Topology(
                queues: [Queue("desk", type: .quorum)], bindings: [Binding("desk", to: "events", key: "slip")]))
    }

    func send(_ crates: [Crate]) throws {
        for crate in crates { broker.publish(try bus.encoder.encode(crate).publishing(to: "events")) }
    }

    var ready: Int { broker.messages(in: topology.inQueue)?.count ?? -1 }
    var inHand: Int { broker.unsettled(in: topology.inQueue) ?? -1 }
    var dead: Int { broker.messages(in: topology.deadQueue)?.count ?? -1 }
    /// All of it is settled, and nothing waits on the ladder.
    var isDone: Bool {
        inHand == 0
            && topology.own.queues.allSatisfy {
                $0.name == topology.deadQueue || broker.messages(in: $0.name)?.count == 0
            }
    }

    /// Moves time on, a step at a time, and lets everybody do what is to be done then.
    func pass(_ time: Duration, step: Duration = .seconds(1)) async throws {
        var left = time
        while left > .zero {
            broker.advance(by: min(step, left))
            left -= step
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    func passTime(_ what: String, step: Duration = .milliseconds(200), until isTrue: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !isTrue() {
            guard ContinuousClock.now < deadline else { throw AMQPError(.timeout, "never came true: \(what)") }
            try await pass(step, step: step)
        }
    }

    /// Runs the bus for the time of the body, then shuts it down gracefully.
    ///
    /// - Parameter meanwhile: after the shutdown has begun.
    func running(_ body: () async throws -> Void, meanwhile: () async throws -> Void = {}) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(configuration: .init(services: [.init(service: bus)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { hasEnded.isOn = true }
                try await group.run()
            }
            do {
                try await body()
                await group.triggerGracefulShutdown()
                try await meanwhile()
                try await tasks.waitForAll()
            } catch {
                tasks.cancelAll()
                throw error
            }
        }
    }
}

final class Notes: Sendable {
    private let entries = Mutex<[(number: Int, attempt: Int)]>([])

    var numbers: [Int] { entries.withLock { $0.map(\.number) } }
    var count: Int { entries.withLock { $0.count } }

    func attempts(of number: Int) -> [Int] {
        entries.withLock { $0.filter { $0.number == number }.map(\.attempt) }
    }

    func add(_ crate: Crate, _ context: EventContext) {
        entries.withLock { $0.append((crate.number, context.attempt)) }
    }
}

final class Scopes: Sendable {
    private let scopes = Mutex<[HandlingScope]>([])

    var count: Int { scopes.withLock { $0.count } }
    var first: HandlingScope? { scopes.withLock { $0.first } }

    func add(_ scope: HandlingScope?) { scopes.withLock { $0 += [scope].compactMap(\.self) } }
}

final class Flag: Sendable {
    private let state = Mutex(false)

    var isOn: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Who waits here cannot be cancelled.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
