import Glibc
import Synchronization

/// Ends a library call that does not end by itself, by shutting down the socket under it.
///
/// The library's time-outs cover its waiting for answers only: a write into a full socket, or one after a lapsed
/// heartbeat, never returns. A socket that is shut down makes both return with an error.
///
/// The socket is reached by a duplicate descriptor that belongs to this object alone, is used and closed under its lock,
/// and therefore never names anything else. The library's own descriptor would not do: after a time-out the library
/// closes it in the middle of a call, and the next socket of the process may get the same number.
final class CallWatchdog: Sendable {
    /// What a call may take beyond its limit, so that the library's own time-out and its better error come first.
    static let margin = Duration.milliseconds(100)

    private struct State {
        var duplicate: Int32?
        /// The call that is running, if one is.
        var call: UInt64?
        var lastCall: UInt64 = 0
        var hasBitten = false
    }

    private let state = Mutex(State())
    private let clock: AlarmClock

    /// - Throws: `unreachable`, when the system has no thread or descriptor left.
    init() throws(AMQPError) { clock = try AlarmClock.shared() }

    deinit { close() }

    /// Watches this socket from now on. The descriptor stays the caller's.
    ///
    /// - Throws: `unreachable`, when the system has no descriptor left.
    func watch(_ descriptor: Int32) throws(AMQPError) {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw SystemError.last.failure("no descriptor for a connection") }
        close()
        state.withLock { $0.duplicate = duplicate }
    }

    /// Lets go of the socket.
    func close() {
        state.withLock { state in
            if let duplicate = state.duplicate { Glibc.close(duplicate) }
            state.duplicate = nil
        }
    }

    /// Ends the connection at once, for both sides. From any thread.
    func shutdown() {
        state.withLock { Self.shutdown($0) }
    }

    /// Runs a call of the library. When it has not returned by the limit and the margin, its socket is shut down.
    ///
    /// - Returns: what the call returned, and whether it had to be ended.
    func bound<Result>(by limit: Duration, _ call: () -> Result) -> (result: Result, isOverdue: Bool) {
        let number = state.withLock { state in
            state.lastCall += 1
            state.call = state.lastCall
            state.hasBitten = false
            return state.lastCall
        }
        let alarm = clock.set(at: .now + limit + Self.margin) { [self] in bite(number) }
        let result = call()
        clock.cancel(alarm)
        let isOverdue = state.withLock { state in
            state.call = nil
            return state.hasBitten
        }
        return (result, isOverdue)
    }

    /// The alarm may be late: by then its call may be over and another one running.
    private func bite(_ number: UInt64) {
        state.withLock { state in
            guard state.call == number else { return }
            state.hasBitten = true
            Self.shutdown(state)
        }
    }

    private static func shutdown(_ state: State) {
        if let duplicate = state.duplicate { _ = Glibc.shutdown(duplicate, Int32(SHUT_RDWR)) }
    }
}
