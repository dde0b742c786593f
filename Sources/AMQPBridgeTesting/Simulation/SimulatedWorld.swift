public import AMQPBridge
import Synchronization

/// Several services, an exchange between them, and everything that can go wrong, in an order that a seed chooses.
///
/// Deliveries come late, in any order, alone or in batches, twice in one batch, and again after their ack was lost;
/// publishings are lost, or only their confirms; a service is away for a while; a batch handler's database refuses; and
/// whatever calls ``mayFail(_:)`` fails now and then. One thing happens at a time, and nothing depends on time, on threads
/// or on ids: a seed that finds a fault finds it again. Handlers must then do their part and decide nothing by chance.
///
/// ```swift
/// let world = SimulatedWorld(seed: seed)
/// let topology = ServiceTopology(service: "stock", exchange: "events", listensTo: ["order.created"])
/// let stock = world.service(topology, encoder: EventEncoder(source: "/stock"))
/// stock.on(OrderCreated.self) { event, _ in [StockTaken(order: event.id)] }
/// world.send(OrderCreated(id: 1))
/// try await world.run()
/// #expect(world.letters.isEmpty)
/// ```
///
/// What it leaves out: times and limits of queues (see ``InMemoryBroker``). A retry comes back at any time instead of its
/// own, counted by the service's ladder; a service crashes between two steps, not within one, but for ``mayFail(_:)``.
public final class SimulatedWorld: Sendable {
    private struct Shell {
        var state: SimulationState
        var handlers: [(registry: HandlerRegistry, encoder: EventEncoder)] = []
    }

    private let shell: Mutex<Shell>
    public let seed: UInt64

    /// - Parameters:
    ///   - seed: decides everything.
    ///   - faults: at most so many things go wrong, so that the end comes. 0: all goes well, though in any order.
    public init(seed: UInt64, faults: Int = 40) {
        self.seed = seed
        shell = Mutex(Shell(state: SimulationState(seed: seed, faults: faults)))
    }

    /// A new service. Register its handlers before `run()`.
    ///
    /// - Parameter topology: its name, keys and ladder are looked at.
    public func service(_ topology: ServiceTopology, encoder: EventEncoder) -> SimulatedBus {
        shell.withLock { shell in
            let service = SimulatedService(topology: topology, patterns: topology.listensTo.map { TopicPattern($0) })
            shell.state.services.append(service)
            shell.handlers.append((HandlerRegistry(), encoder))
            return bus(shell.handlers.count - 1, shell)
        }
    }

    /// An event from outside, at a time that the seed chooses, sent again until it is confirmed.
    ///
    /// - Parameter step: not before so many steps of the world, unless there is nothing else to do.
    /// - Throws: what keeps it from being encoded.
    public func send(
        _ event: some Event, after step: Int = 0, encoder: EventEncoder = EventEncoder(source: "/outside")
    ) throws {
        add(try encoder.encode(event), after: step)
    }

    private func add(_ event: EncodedEvent, after step: Int) {
        let errand = Errand(name: "send \(event.routingKey)", notBefore: step) { [weak self] in
            guard let self, !publish([event]).allSatisfy(\.isConfirmed) else { return }
            add(event, after: 0)
        }
        add(errand)
    }

    /// A number from 0 up to, not including, the limit, for a test's own choices: they come from the seed, too.
    public func choose(_ limit: Int) -> Int { change { $0.random.below(limit) } }

    /// A place where something outside of the simulation may break, a mail server for example.
    ///
    /// - Throws: now and then a transient error.
    public func mayFail(_ what: String) throws {
        guard change({ $0.fault(oneIn: 10) }) else { return }
        note("\(what) fails")
        throw SimulatedFailure(what: what)
    }

    /// What was given up, in turn.
    public var letters: [SimulatedLetter] { shell.withLock { $0.state.letters } }

    /// What happened, in turn: for people, and to compare two runs of a seed.
    public var trace: [String] { shell.withLock { $0.state.trace } }

    /// Lets happen what can, until nothing is left to do.
    ///
    /// - Parameter limit: how many steps that may take.
    /// - Throws: `timeout` when it does not come to an end; `unroutable` when an event that somebody must hear was heard by
    ///   nobody; whatever a chore or an errand throws.
    public func run(limit: Int = 10_000) async throws {
        var steps = 0
        while let action = change({ $0.next() }) {
            steps += 1
            guard steps <= limit else { throw AMQPError(.timeout, "seed \(seed): not quiet after \(limit) steps") }
            try await perform(action)
        }
        if let key = change({ $0.unroutable.first }) {
            throw AMQPError(.unroutable, "seed \(seed): nobody listens to \(key)")
        }
    }

    private func perform(_ action: SimulationState.Action) async throws {
        switch action {
        case .errand(let errand):
            note(errand.name)
            try await errand.run()
            if let service = errand.service { wakeChore(of: service) }
        case .deliver(let service, let messages):
            await deliver(messages, to: service)
            wakeChore(of: service)
        case .chore(let service): try await doChore(of: service)
        }
    }

    private func doChore(of service: Int) async throws {
        let (chore, bus) = shell.withLock { shell in
            shell.state.services[service].mayHaveChores = false
            return (shell.state.services[service].chore, self.bus(service, shell))
        }
        note("\(name(of: service)) does its chore")
        if try await chore?(bus) == true { wakeChore(of: service) }
    }

    // MARK: For its parts

    @discardableResult
    func change<Result: Sendable>(_ body: (inout SimulationState) -> Result) -> Result {
        shell.withLock { body(&$0.state) }
    }

    private func bus(_ service: Int, _ shell: Shell) -> SimulatedBus {
        SimulatedBus(self, service, shell.handlers[service].encoder, shell.handlers[service].registry)
    }

    func handlers(of service: Int) -> (contents: HandlerRegistry.Contents, encoder: EventEncoder) {
        shell.withLock { ($0.handlers[service].registry.contents, $0.handlers[service].encoder) }
    }

    func name(of service: Int) -> String { change { $0.services[service].topology.service } }

    func note(_ line: String) { change { $0.trace.append(line) } }

    func add(_ errand: Errand) { change { $0.errands.append(errand) } }

    func setChore(_ chore: @escaping SimulatedService.Chore, of service: Int) {
        change { $0.services[service].chore = chore }
    }

    func wakeChore(of service: Int) { change { $0.services[service].mayHaveChores = true } }

    func publish(_ events: [EncodedEvent]) -> [PublishOutcome] {
        change { state in
            events.map { event in
                let outcome = state.publish(event)
                if case .unknown(let error) = outcome { state.trace.append("\(event.routingKey): \(error.message)") }
                return outcome
            }
        }
    }
}

/// What ``SimulatedWorld/mayFail(_:)`` throws.
struct SimulatedFailure: ClassifiedError, CustomStringConvertible {
    var what: String
    /// It is the world that fails, not the event: nothing is counted, as when the process is gone.
    var failureClass: FailureClass { .notNow }
    var description: String { "\(what) failed, as the seed wanted it" }
}
