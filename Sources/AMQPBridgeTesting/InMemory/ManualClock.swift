package import AMQPBridge
import Synchronization

/// Time that stands still until a test moves it.
///
/// ```swift
/// let clock = ManualClock()
/// async let slept: Void = clock.sleep(for: .seconds(60))
/// try await eventually("somebody sleeps") { clock.sleepers == 1 }
/// clock.advance(by: .seconds(60))     // takes no time
/// try await slept
/// ```
///
/// Who is woken goes on in a task of its own: having slept again for a second, it wakes a second after wherever the
/// clock stands by then. Where that matters, advance in small steps.
public final class ManualClock: Clock, Sendable {
    /// Time since the clock was made.
    public struct Instant: InstantProtocol {
        /// Since the clock was made; a new clock stands at zero.
        public var offset: Duration

        /// So long after the clock was made.
        public init(offset: Duration) { self.offset = offset }

        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        var deadline: Duration
        var id: UInt64
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        /// In the order of their deadlines; those of the same one as they came.
        var sleepers: [Sleeper] = []
        var lastID: UInt64 = 0
        var timers: [WeakTimer] = []
    }

    private let state = Mutex(State())

    /// Stands at zero.
    public init() {}

    public var now: Instant { Instant(offset: state.withLock { $0.now }) }

    public var minimumResolution: Duration { .zero }

    /// How many tasks sleep now.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// - Throws: `CancellationError`.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let sleeper = Sleeper(deadline: deadline.offset, id: id, continuation: continuation)
                if let result = fallAsleep(sleeper) { continuation.resume(with: result) }
            }
        } onCancel: {
            remove(id)?.resume(throwing: CancellationError())
        }
    }

    /// Under one lock with the check for cancellation: either this sees it, or `onCancel` finds the sleeper.
    private func fallAsleep(_ sleeper: Sleeper) -> Result<Void, any Error>? {
        state.withLock { state in
            if Task.isCancelled { return .failure(CancellationError()) }
            guard sleeper.deadline > state.now else { return .success(()) }
            let index = state.sleepers.firstIndex { $0.deadline > sleeper.deadline } ?? state.sleepers.endIndex
            state.sleepers.insert(sleeper, at: index)
            return nil
        }
    }

    private func remove(_ id: UInt64) -> CheckedContinuation<Void, any Error>? {
        state.withLock { state in
            state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0).continuation }
        }
    }

    /// Moves time on. Whatever falls due on the way happens at its own time and in order: what a broker in memory does
    /// by itself (messages that expire, publishings that time out) before sleepers of the same instant wake.
    public func advance(by duration: Duration) {
        let target = now.offset + max(.zero, duration)
        while let next = nextDeadline, next <= target {
            let (time, timers) = move(to: next)
            for timer in timers { timer.fire(at: time) }
            for sleeper in takeSleepers(dueAt: time) { sleeper.continuation.resume() }
        }
        _ = move(to: target)
    }

    private var nextDeadline: Duration? {
        let (sleeper, timers) = state.withLock { ($0.sleepers.first?.deadline, $0.timers.compactMap(\.timer)) }
        return (timers.compactMap(\.nextDeadline) + [sleeper].compactMap { $0 }).min()
    }

    private func move(to time: Duration) -> (now: Duration, timers: [any ManualTimer]) {
        state.withLock { state in
            state.now = max(state.now, time)
            return (state.now, state.timers.compactMap(\.timer))
        }
    }

    private func takeSleepers(dueAt time: Duration) -> [Sleeper] {
        state.withLock { state in
            let due = Array(state.sleepers.prefix { $0.deadline <= time })
            state.sleepers.removeFirst(due.count)
            return due
        }
    }

    /// Asks it from now on, for as long as it lives, what it is waiting for.
    package func add(_ timer: any ManualTimer) {
        state.withLock { state in
            state.timers.removeAll { $0.timer == nil }
            state.timers.append(WeakTimer(timer))
        }
    }

    /// This clock as a bus takes it.
    package var busClock: BusClock {
        BusClock(now: { self.now.offset }, sleep: { try await self.sleep(until: self.now.advanced(by: $0)) })
    }
}

/// Something that does things by itself when their time comes.
package protocol ManualTimer: AnyObject, Sendable {
    var nextDeadline: Duration? { get }

    /// Does all that is due. Afterwards `nextDeadline` lies behind `time`.
    func fire(at time: Duration)
}

private struct WeakTimer: Sendable {
    weak let timer: (any ManualTimer)?

    init(_ timer: any ManualTimer) { self.timer = timer }
}
