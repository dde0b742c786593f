import Synchronization

/// One wait for many outcomes: the caller is resumed once, when the last of them is known.
package final class PublishBatch: Sendable {
    private struct State {
        var outcomes: [PublishOutcome?]
        var missing: Int
        var continuation: UnsafeContinuation<[PublishOutcome], Never>?
    }

    private let state: Mutex<State>

    package init(count: Int) {
        state = Mutex(State(outcomes: Array(repeating: nil, count: count), missing: count))
    }

    package func start(_ continuation: UnsafeContinuation<[PublishOutcome], Never>) {
        state.withLock { $0.continuation = continuation }
    }

    /// Each index once; what has its outcome keeps it.
    package func resolve(_ indices: Range<Int>, _ outcome: PublishOutcome) {
        let finished = state.withLock { state -> (UnsafeContinuation<[PublishOutcome], Never>, [PublishOutcome])? in
            for index in indices where state.outcomes[index] == nil {
                state.outcomes[index] = outcome
                state.missing -= 1
            }
            guard state.missing == 0, let continuation = state.continuation else { return nil }
            state.continuation = nil
            return (continuation, state.outcomes.compactMap { $0 })
        }
        if let (continuation, outcomes) = finished { continuation.resume(returning: outcomes) }
    }
}
