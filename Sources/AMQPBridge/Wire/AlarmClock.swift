import Glibc
import Synchronization

/// Calls back at an instant: one thread for the whole process, which lasts as long as the process.
///
/// Its own and not a dispatch queue's, whose threads may all be held up by work that blocks. What it calls must not block.
final class AlarmClock: Sendable {
    private struct Alarm {
        var instant: ContinuousClock.Instant
        var ring: @Sendable () -> Void
    }

    private struct State {
        var alarms: [UInt64: Alarm] = [:]
        var lastID: UInt64 = 0
        /// When the thread wakes by itself; nil: never.
        var wakesAt: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let bell: DescriptorPair

    private static let theOne = Mutex<AlarmClock?>(nil)

    /// - Throws: `unreachable`, when the system has no thread or descriptor left for it.
    static func shared() throws(AMQPError) -> AlarmClock {
        try theOne.withLock { (clock) throws(AMQPError) in
            if let clock { return clock }
            let new = try AlarmClock()
            try DetachedThread.start { new.run() }
            clock = new
            return new
        }
    }

    private init() throws(AMQPError) { bell = try Descriptor.pair() }

    /// - Returns: what `cancel(_:)` wants to know.
    func set(at instant: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void) -> UInt64 {
        let (id, isEarliest) = state.withLock { state in
            state.lastID += 1
            state.alarms[state.lastID] = Alarm(instant: instant, ring: ring)
            let isEarliest = state.wakesAt.map { instant < $0 } ?? true
            if isEarliest { state.wakesAt = instant }
            return (state.lastID, isEarliest)
        }
        if isEarliest {
            var byte: UInt8 = 1
            send(bell.far.raw, &byte, 1, Int32(MSG_NOSIGNAL))
        }
        return id
    }

    /// It may be ringing right now.
    func cancel(_ id: UInt64) {
        state.withLock { _ = $0.alarms.removeValue(forKey: id) }
    }

    private func run() {
        while true {
            let (due, wakesAt) = takeDue()
            for alarm in due { alarm.ring() }
            var descriptor = pollfd(fd: bell.near.raw, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, wakesAt.map { max(.zero, $0 - .now).pollMilliseconds } ?? -1)
            var bytes: (UInt64, UInt64) = (0, 0)
            _ = withUnsafeMutableBytes(of: &bytes) { read(bell.near.raw, $0.baseAddress, $0.count) }
        }
    }

    private func takeDue() -> (due: [Alarm], wakesAt: ContinuousClock.Instant?) {
        let now = ContinuousClock.now
        return state.withLock { state in
            let due = state.alarms.filter { $0.value.instant <= now }
            for id in due.keys { state.alarms[id] = nil }
            state.wakesAt = state.alarms.values.map(\.instant).min()
            // A late thread finds several at once.
            return (due.values.sorted { $0.instant < $1.instant }, state.wakesAt)
        }
    }
}
