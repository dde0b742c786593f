import Synchronization

/// Tells whoever waits, once, that a connection has ended and why.
package final class ConnectionEnd: Sendable {
    private let state = Mutex<AMQPError?>(nil)
    private let waiters = Waiters()

    package init() {}

    var isFinished: Bool { state.withLock { $0 != nil } }

    package var reason: AMQPError? { state.withLock { $0 } }

    /// False when it had ended before.
    @discardableResult
    package func finish(_ reason: AMQPError) -> Bool {
        let isFirst = state.withLock { state in
            guard state == nil else { return false }
            state = reason
            return true
        }
        if isFirst { waiters.resumeAll() }
        return isFirst
    }

    /// The reason; a cancelled wait ends with `cancelled`, the connection goes on.
    package func wait() async -> AMQPError {
        await waiters.wait { self.reason == nil }
        return reason ?? AMQPError(.cancelled, "the wait for the connection's end was cancelled")
    }
}
