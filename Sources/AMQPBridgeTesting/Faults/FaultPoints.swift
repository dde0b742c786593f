public import AMQPBridge
import Synchronization

/// Lets things go wrong around your own handlers: what a service must survive, in a test of ten lines.
///
/// ```swift
/// let faults = try FaultPoints(seed: 42, [.dropAck: 0.1, .crashAfterCommit: 0.1, .duplicate: 0.2, .throwError: 0.1])
/// bus.inject(faults)
/// // run the bus, send events, wait for the last one, then look: is each effect there, and once?
/// print(faults)      // seed 42: 23 dropAck, 19 crashAfterCommit, 41 duplicate, 17 throwError
/// ```
///
/// A delivery meets one fault at most, decided when the event is about to be handed to its handler: a plan of
/// ``inject(_:onDelivery:of:)`` first, else one draw of the seeded generator. The same seed and the same sequence of
/// deliveries make the same faults; with several handlers at a time, or on a real broker, the sequence itself may
/// differ from run to run, plans do not. The second delivery that ``Fault/duplicate`` makes meets none itself.
///
/// These crashes happen inside the process that tests: connections end, memory stays. Where a process is to die for
/// real, Swift Testing's exit tests (`#expect(processExitsWith: .signal(SIGKILL)) { … }`) can run your service and kill
/// it in the middle; a ledger opened afterwards on the same file shows what stands.
///
/// Safe to use from several tasks.
public final class FaultPoints: Sendable, CustomStringConvertible {
    private struct Plan: Sendable {
        var fault: Fault
        var delivery: Int
        var subject: String?
    }

    private struct EventID: Hashable {
        var source, id: String
    }

    private struct State {
        var generator: SeededGenerator
        var plans: [Plan] = []
        /// Since there are plans.
        var deliveries: [EventID: Int] = [:]
        var injected: [Fault.Kind: Int] = [:]
        var left: Int
    }

    private let seed: UInt64
    private let chances: [(fault: Fault, chance: Double)]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - seed: print it, as `print(faults)` does, and a failure can be had again.
    ///   - chances: for each fault how likely it is to meet a delivery, from 0 to 1, together at most 1.
    ///   - limit: after so many faults nothing goes wrong any more, so that the test comes to its end. Default: none.
    /// - Throws: `invalidConfiguration` for chances that are none.
    public init(
        seed: UInt64 = 0, _ chances: KeyValuePairs<Fault, Double> = [:], atMost limit: Int = .max
    ) throws(AMQPError) {
        guard chances.allSatisfy({ (0...1).contains($0.value) }), chances.map(\.value).reduce(0, +) < 1 + 1e-9 else {
            throw AMQPError(.invalidConfiguration, "chances of faults are from 0 to 1 each, and together at most 1")
        }
        self.seed = seed
        self.chances = chances.map { ($0.key, $0.value) }
        state = Mutex(State(generator: SeededGenerator(seed: seed), left: limit))
    }

    /// Plans a fault for the N-th delivery of an event, counted from the first plan on; a second copy or a retry of the
    /// same event counts as a delivery of it.
    ///
    /// - Parameters:
    ///   - number: 1 is the first.
    ///   - subject: of every event about this subject; nil: of every event there is.
    public func inject(_ fault: Fault, onDelivery number: Int, of subject: String? = nil) {
        state.withLock { $0.plans.append(Plan(fault: fault, delivery: number, subject: subject)) }
    }

    /// From now on nothing goes wrong.
    public func stop() { state.withLock { $0.left = 0 } }

    /// How many faults there were.
    public var injected: Int { state.withLock { $0.injected.values.reduce(0, +) } }

    /// How many of this kind there were. One that a crash overtook, which was handed over in the same transaction,
    /// counts, too.
    public func injected(_ fault: Fault) -> Int { state.withLock { $0.injected[fault.kind] ?? 0 } }

    /// The seed, and what it led to.
    public var description: String {
        let injected = state.withLock { $0.injected }
        let counts = Fault.Kind.allCases.compactMap { kind in injected[kind].map { "\($0) \(kind.rawValue)" } }
        return "seed \(seed): \(counts.isEmpty ? "no faults" : counts.joined(separator: ", "))"
    }
}

extension FaultPoints: FaultSource {
    package func fault(for event: IncomingEvent) -> InjectedFault? {
        state.withLock { state in
            let planned = planned(for: event.context.metadata, in: &state)
            // Drawn in any case, so that a plan does not change what the seed says about the others.
            let drawn = drawn(in: &state)
            guard state.left > 0, let fault = planned ?? drawn else { return nil }
            state.left -= 1
            state.injected[fault.kind, default: 0] += 1
            return fault.injected
        }
    }

    private func planned(for event: EventMetadata, in state: inout State) -> Fault? {
        guard !state.plans.isEmpty else { return nil }
        let id = EventID(source: event.source, id: event.id)
        let number = state.deliveries[id, default: 0] + 1
        state.deliveries[id] = number
        return state.plans.first { $0.delivery == number && ($0.subject ?? event.subject) == event.subject }?.fault
    }

    private func drawn(in state: inout State) -> Fault? {
        guard !chances.isEmpty else { return nil }
        var draw = Double(state.generator.next() >> 11) / Double(UInt64(1) << 53)
        for (fault, chance) in chances {
            if draw < chance { return fault }
            draw -= chance
        }
        return nil
    }
}
