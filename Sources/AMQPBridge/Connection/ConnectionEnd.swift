import Synchronization

/// Tells whoever waits, once, that a connection has ended and why.
package final class ConnectionEnd: Sendable {
    private struct State {
        var reason: AMQPError?
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    var isFinished: Bool { reason != nil }

    package var reason: AMQPError? { state.withLock { $0.reason } }

    /// False when it had ended before.
    @discardableResult
    package func finish(_ reason: AMQPError) -> Bool {
        let waiters = state.withLock { state -> [UInt64: CheckedContinuation<Void, Never>]? in
            guard state.reason == nil else { return nil }
            state.reason = reason
            defer { state.waiters = [:] }
            return state.waiters
        }
        waiters?.values.forEach { $0.resume() }
        return waiters != nil
    }

    /// The reason; a cancelled wait ends with `cancelled`, the connection goes on.
    package func wait() async -> AMQPError {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.reason == nil, !Task.isCancelled else { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
        return reason ?? AMQPError(.cancelled, "the wait for the connection's end was cancelled")
    }
}
