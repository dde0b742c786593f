import Foundation
import Synchronization

/// How late the machine itself is: by how much a plain sleep of a thread that does nothing else overran its time.
///
/// The promise is that no call outlives its deadline by more than 250 ms. A machine that stops a process for longer than
/// that, because others want its cores or its host took them away, breaks it for every program; what it can be shown to
/// have added is therefore allowed, and nothing more: on a machine that is punctual the promise is tested as it stands.
package final class MachineLateness: Sendable {
    package static let shared = MachineLateness()

    private static let tick = Duration.milliseconds(10)
    /// Late ticks that are remembered: the last ones.
    private static let memory = 4096
    /// A call that ends at its deadline passes from thread to thread: the alarm, the connection's, the task's, the test's.
    private static let handovers = 4

    private struct Tick {
        var due: ContinuousClock.Instant
        var lateness: Duration
    }

    private let ticks = Mutex<[Tick]>([])

    private init() {
        Thread.detachNewThread { [self] in
            while true { note() }
        }
    }

    private func note() {
        let due = ContinuousClock.now + Self.tick
        Thread.sleep(forTimeInterval: Self.tick / .seconds(1))
        let lateness = ContinuousClock.now - due
        guard lateness > .milliseconds(2) else { return }
        ticks.withLock { ticks in
            if ticks.count == Self.memory { ticks.removeFirst(Self.memory / 2) }
            ticks.append(Tick(due: due, lateness: lateness))
        }
    }

    /// The worst since then. A tick that is overdue at this moment is not seen.
    package func worst(since start: ContinuousClock.Instant) -> Duration {
        ticks.withLock { ticks in
            ticks.filter { $0.due + $0.lateness >= start }.map(\.lateness).max() ?? .zero
        }
    }

    /// What a call that began then may take beyond its deadline.
    package static func grace(since start: ContinuousClock.Instant) -> Duration {
        .milliseconds(250) + shared.worst(since: start) * handovers
    }
}
