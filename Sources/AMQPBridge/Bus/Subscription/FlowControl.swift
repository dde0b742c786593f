import Synchronization

/// What a consumer should be doing now, said by many, done by one: the task that holds the connection.
final class FlowControl: Sendable {
    enum Wish: Equatable {
        /// Pull, with so many deliveries in hand at most.
        case prefetch(UInt16)
        /// Pull nothing for now.
        case paused
        /// Give back everything in hand that nobody works on.
        case giveBack
        /// Pull nothing any more and finish what is in hand.
        case stopped
        /// Start again with a new connection.
        case broken
    }

    private struct State {
        /// Nothing unsuspected has been settled on this connection: an earlier delivery may have killed the process, so
        /// take one at a time.
        var isCautious = true
        /// An outage lasts: take one at a time.
        var isProbing = false
        var mustGiveBack = false
        var isPaused = false
        var isStopped = false
        var failure: AMQPError?
    }

    private let prefetch: UInt16
    private let state = Mutex(State())
    private let waiters = Waiters()
    private let isCautiousNow = Atomic(true)

    init(prefetch: UInt16) { self.prefetch = prefetch }

    var wish: Wish { state.withLock { wish(of: $0) } }

    private func wish(of state: State) -> Wish {
        if state.failure != nil { return .broken }
        if state.isStopped { return .stopped }
        if state.mustGiveBack { return .giveBack }
        if state.isPaused { return .paused }
        return .prefetch(state.isCautious || state.isProbing ? 1 : prefetch)
    }

    /// Waits until something else is wanted; nil when cancelled.
    func wish(otherThan done: Wish?) async -> Wish? {
        while !Task.isCancelled {
            let wish = self.wish
            if wish != done { return wish }
            await waiters.wait { self.wish == done }
        }
        return nil
    }

    var failure: AMQPError? { state.withLock { $0.failure } }

    var isPaused: Bool { state.withLock { $0.isPaused } }

    // MARK: What is said

    /// A new connection.
    ///
    /// - Parameter isCautious: something waits in the queue already, and is to be taken with care.
    func begin(isCautious: Bool) {
        isCautiousNow.store(isCautious, ordering: .relaxed)
        change { state in
            state.isCautious = isCautious
            state.mustGiveBack = false
            state.failure = nil
        }
    }

    /// True until `proved()`.
    var isCautious: Bool { isCautiousNow.load(ordering: .relaxed) }

    /// An unsuspected delivery was settled: the process survives what is in the queue.
    func proved() {
        isCautiousNow.store(false, ordering: .relaxed)
        change { $0.isCautious = false }
    }

    func pause() { change { $0.isPaused = true } }

    func resume() { change { $0.isPaused = false } }

    func stop() { change { $0.isStopped = true } }

    /// Own queues are gone, or the like: only a new connection, which declares them again, can help.
    func fail(_ error: AMQPError) { change { $0.failure = $0.failure ?? error } }

    func giveBack() {
        change { state in
            state.mustGiveBack = true
            state.isProbing = true
        }
    }

    func gaveBack() { change { $0.mustGiveBack = false } }

    /// The outage is over.
    func recovered() { change { $0.isProbing = false } }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        waiters.resumeAll()
    }
}
