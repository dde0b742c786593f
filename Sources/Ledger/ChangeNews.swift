import Synchronization

/// Tells whoever wants to know that something was committed. Not what: they look.
final class ChangeNews: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<LedgerChange>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    /// Most of the time nobody listens, and then a commit costs a look.
    private let hasListeners = Atomic(false)

    func tell() {
        guard hasListeners.load(ordering: .acquiring) else { return }
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(.some) }
    }

    func listen() -> (AsyncStream<LedgerChange>, AsyncStream<LedgerChange>.Continuation) {
        let (stream, continuation) = AsyncStream<LedgerChange>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            defer { state.next += 1 }
            state.listeners[state.next] = continuation
            hasListeners.store(true, ordering: .releasing)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return (stream, continuation)
    }

    private func forget(_ number: Int) {
        state.withLock { state in
            state.listeners[number] = nil
            if state.listeners.isEmpty { hasListeners.store(false, ordering: .releasing) }
        }
    }
}

/// Why ``EventLedger/changes(atLeastEvery:)`` says something.
public enum LedgerChange: Sendable {
    /// Something was committed.
    case some
    /// Nothing was, for as long as was asked.
    case none
}

extension EventLedger {
    /// Says something at once, after every commit and, if there is none for so long, all the same. What comes while nobody
    /// looks is told once.
    public func changes(atLeastEvery interval: Duration) -> AsyncStream<LedgerChange> {
        let (stream, continuation) = news.listen()
        continuation.yield(.some)
        let heart = Task {
            while (try? await Task.sleep(for: interval)) != nil { continuation.yield(.none) }
        }
        let forget = continuation.onTermination
        continuation.onTermination = { reason in
            heart.cancel()
            forget?(reason)
        }
        return stream
    }
}
