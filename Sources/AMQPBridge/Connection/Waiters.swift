import Synchronization

/// Tasks that wait for a change. Each is resumed once: by the change, or by its own cancellation.
package final class Waiters: Sendable {
    private struct State {
        var continuations: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Waits for the next `resumeAll()`, unless the reason to wait is gone already.
    ///
    /// - Parameter condition: looked at under the same lock that `resumeAll()` takes, so no change between the look and
    ///   the wait is missed.
    package func wait(while condition: @Sendable () -> Bool) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard !Task.isCancelled, condition() else { return false }
                    state.continuations[id] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.continuations.removeValue(forKey: id) }?.resume()
        }
    }

    package func resumeAll() {
        let waiting = state.withLock { state in
            defer { state.continuations = [:] }
            return state.continuations.values
        }
        for continuation in waiting { continuation.resume() }
    }
}
