import Synchronization

/// One wait for many outcomes: the caller is resumed once, when the last of them is known.
package final class PublishBatch: Sendable {
    private struct State {
        /// By index. Most are confirmed, so that only the others are kept as they are.
        var isResolved: [Bool]
        var exceptions: [(index: Int, outcome: PublishOutcome)] = []
        var missing: Int
        var continuation: UnsafeContinuation<[PublishOutcome], Never>?

        mutating func resolve(_ indices: Range<Int>, _ outcome: PublishOutcome) {
            let isException = !outcome.isConfirmed
            for index in indices where !isResolved[index] {
                isResolved[index] = true
                missing -= 1
                if isException { exceptions.append((index, outcome)) }
            }
        }

        func outcomes() -> [PublishOutcome] {
            var outcomes = Array(repeating: PublishOutcome.confirmed, count: isResolved.count)
            for (index, outcome) in exceptions { outcomes[index] = outcome }
            return outcomes
        }
    }

    private let state: Mutex<State>

    package init(count: Int) {
        state = Mutex(State(isResolved: Array(repeating: false, count: count), missing: count))
    }

    package func start(_ continuation: UnsafeContinuation<[PublishOutcome], Never>) {
        state.withLock { $0.continuation = continuation }
    }

    /// Each index once; what has its outcome keeps it.
    package func resolve(_ indices: Range<Int>, _ outcome: PublishOutcome) {
        let finished = state.withLock { state -> (UnsafeContinuation<[PublishOutcome], Never>, [PublishOutcome])? in
            state.resolve(indices, outcome)
            guard state.missing == 0, let continuation = state.continuation else { return nil }
            state.continuation = nil
            return (continuation, state.outcomes())
        }
        if let (continuation, outcomes) = finished { continuation.resume(returning: outcomes) }
    }
}
