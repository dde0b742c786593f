import Synchronization

/// Stops a subscription while everything it tries fails, so that an outage fills the queue and not the dead letters.
///
/// Closed, it costs a glance. It opens when so many different events in a row have failed transiently, or at once when a
/// handler says "not now". Open, it lets one event at a time through, after growing waits, until one is handled; what
/// fails meanwhile does not count. Different events, because one that always fails must reach its dead letter however
/// quiet the service is otherwise; and for the same reason an event that has failed while another was handled is a
/// suspect: its failures open nothing any more.
final class Breaker: Sendable {
    /// Leave to call a handler.
    enum Permit {
        case free
        /// The one call that is being tried. It must be given back: by `succeeded`, `failed` or `leave`.
        case probe
    }

    enum Verdict {
        /// The failure counts.
        case climb
        /// It does not: the event is to be tried again here.
        case hold
    }

    private struct State {
        var failed: Set<String> = []
        var suspects: Set<String> = []
        var isOpen = false
        var isProbing = false
        /// Tells one outage from the next.
        var opening = 0
        var backoff = Backoff()
    }

    /// More than this are not remembered: memory has a limit.
    private static let maxSuspects = 10_000

    private let threshold: Int
    private let clock: BusClock
    private let state = Mutex(State())
    private let waiters = Waiters()
    private let hasNews = Atomic(false)
    private let onChange: @Sendable (_ reason: String?) -> Void

    /// - Parameter onChange: it opened, with the reason, or closed. Called under the breaker's lock, so that the last
    ///   word is always about the last change; it must not ask the breaker anything.
    init(threshold: Int, clock: BusClock, onChange: @escaping @Sendable (_ reason: String?) -> Void) {
        self.threshold = threshold
        self.clock = clock
        self.onChange = onChange
    }

    /// Open, or on its way there: look closer.
    var isOpen: Bool { hasNews.load(ordering: .relaxed) && state.withLock { $0.isOpen } }

    /// Which outage there is at the moment, if any.
    var opening: Int? { state.withLock { $0.isOpen ? $0.opening : nil } }

    /// Waits until it opens; at once when it is open.
    func opened() async {
        while !Task.isCancelled, opening == nil {
            await waiters.wait { self.opening == nil }
        }
    }

    /// Waits for leave to call a handler. Nil when the task was cancelled.
    func enter() async -> Permit? {
        while !Task.isCancelled {
            guard isOpen else { return .free }
            let delay = state.withLock { state -> Duration? in
                guard state.isOpen, !state.isProbing else { return nil }
                state.isProbing = true
                return state.backoff.next()
            }
            if let delay {
                guard (try? await clock.sleep(delay)) != nil else {
                    leave(.probe)
                    return nil
                }
                return .probe
            }
            await waiters.wait { self.state.withLock { $0.isOpen && $0.isProbing } }
        }
        return nil
    }

    /// Nothing was called after all.
    func leave(_ permit: Permit) {
        guard permit == .probe else { return }
        state.withLock { $0.isProbing = false }
        waiters.resumeAll()
    }

    /// The handler answered: whatever it needs is there.
    func succeeded(_ permit: Permit) {
        guard hasNews.load(ordering: .relaxed) else { return }
        let hasClosed = state.withLock { state in
            // What was called before it opened proves nothing.
            if state.isOpen && permit != .probe { return false }
            let wasOpen = state.isOpen
            if state.suspects.count + state.failed.count > Self.maxSuspects { state.suspects = [] }
            state.suspects.formUnion(state.failed)
            state.failed = []
            state.isOpen = false
            state.isProbing = false
            hasNews.store(false, ordering: .relaxed)
            if wasOpen { onChange(nil) }
            return wasOpen
        }
        if hasClosed { waiters.resumeAll() }
    }

    /// An event failed transiently.
    func failed(_ id: String, _ permit: Permit, reason: @autoclosure () -> String) -> Verdict {
        let verdict = state.withLock { state -> Verdict in
            if permit == .probe { state.isProbing = false }
            guard state.isOpen || !state.suspects.contains(id) else { return .climb }
            hasNews.store(true, ordering: .relaxed)
            if state.failed.count < Self.maxSuspects { state.failed.insert(id) }
            if state.isOpen { return .hold }
            guard state.failed.count >= threshold else { return .climb }
            open(&state, reason())
            return .hold
        }
        waiters.resumeAll()
        return verdict
    }

    /// A handler says that nothing can be handled now.
    func notNow(_ permit: Permit, reason: @autoclosure () -> String) {
        state.withLock { state in
            if permit == .probe { state.isProbing = false }
            guard !state.isOpen else { return }
            hasNews.store(true, ordering: .relaxed)
            open(&state, reason())
        }
        waiters.resumeAll()
    }

    private func open(_ state: inout State, _ reason: String) {
        state.isOpen = true
        state.opening += 1
        state.backoff = Backoff()
        onChange(reason)
    }
}
