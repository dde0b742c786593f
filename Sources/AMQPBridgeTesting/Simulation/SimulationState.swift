import AMQPBridge

/// An event that waits in a service's queue.
struct SimulatedMessage: Sendable {
    /// Counted in the order of arrival: unlike the event's id, the same in every run.
    var number: Int
    var event: EncodedEvent
    /// Failed calls.
    var failures = 0
    var isRedelivered = false
}

/// One service as the broker and the scheduler see it.
struct SimulatedService: Sendable {
    typealias Chore = @Sendable (any EventPublisher) async throws -> Bool

    var topology: ServiceTopology
    var patterns: [TopicPattern]
    var queue: [SimulatedMessage] = []
    /// What it does by itself besides handling, and whether there may be something to do.
    var chore: Chore?
    var mayHaveChores = false
    /// Until this step nothing reaches it, and it does nothing.
    var awayUntil = 0
}

/// Something that happens once, from outside, at any time.
struct Errand: Sendable {
    var name: String
    /// The service it is done to, by number; nil when it is sent to the exchange.
    var service: Int?
    /// Not before this step, unless there is nothing else to do.
    var notBefore = 0
    var run: @Sendable () async throws -> Void
}

/// What is there and what happens next. Pure: the same seed and the same answers make the same decisions.
struct SimulationState: Sendable {
    enum Action: Sendable {
        case errand(Errand)
        case deliver(service: Int, [SimulatedMessage])
        case chore(service: Int)
    }

    var random: SeededGenerator
    var services: [SimulatedService] = []
    var errands: [Errand] = []
    var letters: [SimulatedLetter] = []
    var unroutable: [RoutingKey] = []
    var trace: [String] = []
    private(set) var steps = 0
    private var faultsLeft: Int
    private var messages = 0

    init(seed: UInt64, faults: Int) {
        random = SeededGenerator(seed: seed)
        faultsLeft = faults
    }

    /// True now and then, as long as there are faults left: the end must come.
    mutating func fault(oneIn chances: Int) -> Bool {
        guard faultsLeft > 0, random.below(chances) == 0 else { return false }
        faultsLeft -= 1
        return true
    }

    /// Nil when nothing is left to do.
    mutating func next() -> Action? {
        steps += 1
        if fault(oneIn: 30), !services.isEmpty {
            let index = random.below(services.count)
            services[index].awayUntil = steps + 2 + random.below(20)
            trace.append("\(services[index].topology.service) is away")
        }
        var choices = choices
        if choices.isEmpty {
            // Nothing moves but what is away or to come later: time passes.
            for index in services.indices { services[index].awayUntil = 0 }
            if let next = errands.map(\.notBefore).min() { steps = max(steps, next) }
            choices = self.choices
        }
        guard !choices.isEmpty else { return nil }
        return choices[random.below(choices.count)](&self)
    }

    private var choices: [(inout SimulationState) -> Action] {
        var choices: [(inout SimulationState) -> Action] = []
        let due = errands.indices.filter { errands[$0].notBefore <= steps }
        if !due.isEmpty {
            choices.append { state in .errand(state.errands.remove(at: due[state.random.below(due.count)])) }
        }
        for (index, service) in services.enumerated() where service.awayUntil <= steps {
            if !service.queue.isEmpty {
                choices.append { state in .deliver(service: index, state.pick(from: index)) }
            }
        }
        // Seldom while there is something else: what gathers meanwhile then leaves together.
        guard choices.isEmpty || steps.isMultiple(of: 3) else { return choices }
        for (index, service) in services.enumerated() where service.awayUntil <= steps && service.mayHaveChores {
            if service.chore != nil { choices.append { _ in .chore(service: index) } }
        }
        return choices
    }

    /// Any messages of a queue in any order, now and then one of them twice.
    private mutating func pick(from index: Int) -> [SimulatedMessage] {
        var waiting = services[index].queue
        var picked: [SimulatedMessage] = []
        for _ in 0...max(random.below(waiting.count), random.below(waiting.count)) {
            picked.append(waiting.remove(at: random.below(waiting.count)))
        }
        if fault(oneIn: 6) { picked.append(picked[random.below(picked.count)]) }
        return picked
    }

    // MARK: The broker

    /// Into every queue that is bound for its key; false when there is none.
    mutating func route(_ event: EncodedEvent) -> Bool {
        var isRouted = false
        for index in services.indices where services[index].patterns.contains(where: { $0.matches(event.routingKey) }) {
            messages += 1
            services[index].queue.append(SimulatedMessage(number: messages, event: event))
            isRouted = true
        }
        return isRouted
    }

    /// What the broker does with an event, and what the publisher gets to know of it.
    mutating func publish(_ event: EncodedEvent) -> PublishOutcome {
        let isLost = fault(oneIn: 10)
        if isLost, random.below(2) == 0 { return .unknown(AMQPError(.connectionLost, "lost before the broker had it")) }
        let isRouted = route(event)
        if isLost { return .unknown(AMQPError(.connectionLost, "the confirm was lost")) }
        if isRouted || event.audience == .optional { return .confirmed }
        unroutable.append(event.routingKey)
        return .unroutable
    }

    /// The delivery is settled: its message leaves the queue. Nil when it has left before, as the second of two.
    mutating func take(_ message: SimulatedMessage, from index: Int) -> SimulatedMessage? {
        guard let place = services[index].queue.firstIndex(where: { $0.number == message.number }) else { return nil }
        return services[index].queue.remove(at: place)
    }

    mutating func bury(_ message: SimulatedMessage, of index: Int, _ error: any Error) {
        guard take(message, from: index) != nil else { return }
        let service = services[index].topology.service
        letters.append(SimulatedLetter(service: service, event: message.event, error: "\(error)"))
        trace.append("\(service) buries #\(message.number)")
    }
}
