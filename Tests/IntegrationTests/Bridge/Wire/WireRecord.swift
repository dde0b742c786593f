import AMQPBridge
import AMQPBridgeTesting
import Synchronization

/// What a bus was asked for and what it did, noted from many tasks.
final class WireRecord: Sendable {
    struct Facts {
        var published: Set<WireEventID> = []
        var confirmed: Set<WireEventID> = []
        var handled: [WireEventID: Int] = [:]
        var others: [String] = []
        var isStopping = false
        /// Why the bus stopped running.
        var end: String?
        var longestCall = Duration.zero
        /// The longest, each without what a call may take beyond its deadline.
        var longestWithoutGrace = Duration.zero
        /// The first since `watch()`.
        var firstConfirm: ContinuousClock.Instant?
        var firstHandled: ContinuousClock.Instant?

        var duplicates: Int { handled.values.reduce(0) { $0 + $1 - 1 } }
        var areAllConfirmed: Bool { confirmed.count == published.count }
        var lost: Set<WireEventID> { confirmed.subtracting(handled.keys) }
    }

    private let state = Mutex(Facts())

    var facts: Facts { state.withLock { $0 } }

    /// From now on the next confirm and the next handled event count.
    func watch() {
        state.withLock { facts in
            facts.firstConfirm = nil
            facts.firstHandled = nil
        }
    }

    /// No new events; those that were begun are sent until they are confirmed.
    func stop() { state.withLock { $0.isStopping = true } }

    func notePublishing(_ id: WireEventID) { state.withLock { _ = $0.published.insert(id) } }

    func note(_ id: WireEventID, _ outcome: PublishOutcome, since start: ContinuousClock.Instant) {
        let took = ContinuousClock.now - start
        let grace = MachineLateness.grace(since: start)
        state.withLock { facts in
            facts.longestCall = max(facts.longestCall, took)
            facts.longestWithoutGrace = max(facts.longestWithoutGrace, took - grace)
            switch outcome {
            case .confirmed:
                facts.confirmed.insert(id)
                if facts.firstConfirm == nil { facts.firstConfirm = .now }
            case .unknown: break
            case .nacked, .unroutable: facts.others.append("\(id): \(outcome)")
            }
        }
    }

    func noteEnd(_ error: any Error) { state.withLock { $0.end = "\(error)" } }

    func noteHandled(_ id: WireEventID) {
        state.withLock { facts in
            facts.handled[id, default: 0] += 1
            if facts.firstHandled == nil { facts.firstHandled = .now }
        }
    }
}
