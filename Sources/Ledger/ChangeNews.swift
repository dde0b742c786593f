import Synchronization

/// Tells whoever wants to know that something was committed. Not what: they look.
final class ChangeNews: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    /// Most of the time nobody listens, and then a commit costs a look.
    private let hasListeners = Atomic(false)

    func tell() {
        guard hasListeners.load(ordering: .acquiring) else { return }
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }

    func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            defer { state.next += 1 }
            state.listeners[state.next] = continuation
            hasListeners.store(true, ordering: .releasing)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private func forget(_ number: Int) {
        state.withLock { state in
            state.listeners[number] = nil
            if state.listeners.isEmpty { hasListeners.store(false, ordering: .releasing) }
        }
    }
}

extension EventLedger {
    /// Says something after every commit. What comes while nobody looks is told once.
    public func changes() -> AsyncStream<Void> { news.listen() }
}
