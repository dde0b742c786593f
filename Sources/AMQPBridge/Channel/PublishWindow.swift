/// The publishings that wait for the broker's word. Only the I/O thread touches it, so nothing here needs a lock.
struct PublishWindow {
    private var tracker = ConfirmTracker<PublishWaiter>()
    private var resolved: [ConfirmTracker<PublishWaiter>.Resolved] = []
    /// From this tag on nobody has been asked whether it was cancelled.
    private var looked: UInt64 = 1
    private let maxUnconfirmed: Int
    private let timeout: Duration

    init(maxUnconfirmed: Int, timeout: Duration) {
        self.maxUnconfirmed = maxUnconfirmed
        self.timeout = timeout
    }

    /// True when nothing on the channel waits for its confirm.
    var isIdle: Bool { count == 0 }

    /// Publishings without a confirm yet.
    var count: Int { tracker.count }

    /// How many have had the broker's word, since the connection began.
    private(set) var settled = 0

    /// How many more may be on the channel.
    var room: Int { maxUnconfirmed - tracker.count }

    /// Takes over what the publishers left, before its bytes can leave: no confirm is ever too early.
    mutating func add(_ intake: inout PublishLane.Intake) {
        guard !intake.entries.isEmpty else { return }
        var next = 0
        for entry in intake.entries {
            let end = next + entry.indices.count
            tracker.register(
                entry.waiter, from: entry.indices.lowerBound, returnKeys: intake.returnKeys[next..<end],
                deadline: entry.deadline)
            next = end
        }
        intake.entries.removeAll(keepingCapacity: true)
        intake.returnKeys.removeAll(keepingCapacity: true)
    }

    /// The broker's ack or nack. Who waited is told by `resumeResolved()`.
    mutating func resolve(upTo tag: UInt64, multiple: Bool, isAck: Bool) {
        let before = tracker.count
        tracker.resolve(upTo: tag, multiple: multiple, isAck: isAck, into: &resolved)
        settled += before - tracker.count
    }

    mutating func markReturned(_ key: ReturnKey) { tracker.markReturned(key) }

    /// Tells everybody whose publishing was resolved by what the last read brought, in one go.
    mutating func resumeResolved() {
        guard !resolved.isEmpty else { return }
        Self.resume(resolved)
        resolved.removeAll(keepingCapacity: true)
    }

    /// A new channel counts from 1 again. Only while idle.
    mutating func restart() {
        tracker = ConfirmTracker()
        looked = tracker.nextTag
    }

    /// Gives up what has waited past its deadline; returns when to look again.
    ///
    /// - Parameter blockedReason: the broker's alarm, if there is one.
    mutating func expire(
        at now: MonotonicInstant, blockedReason: @autoclosure () -> String?
    ) -> MonotonicInstant? {
        if let deadline = tracker.nextDeadline, deadline <= now {
            let cause = blockedReason().map { "; the broker is blocked: \($0)" } ?? ""
            let error = AMQPError(.timeout, "no confirm within \(timeout)\(cause)")
            Self.resume(tracker.expire(at: now, error: error))
        }
        return tracker.nextDeadline
    }

    /// Gives up the waits whose tasks were cancelled, of those that waited when this was last called: most are confirmed
    /// before anybody asks.
    mutating func dropCancelled() {
        Self.resume(tracker.remove(upTo: looked, error: PublishLane.cancelled) { $0.isCancelled })
        looked = tracker.nextTag
    }

    /// The connection is gone: everything that waits ends as unknown.
    mutating func close(_ error: AMQPError) {
        resumeResolved()
        Self.resume(tracker.failAll(error))
    }

    /// So many waiters ahead one is fetched: long enough before its turn, and none is pushed out again until then.
    private static let lookahead = 8

    private static func resume(_ resolved: [ConfirmTracker<PublishWaiter>.Resolved]) {
        for (index, (waiter, indices, outcome)) in resolved.enumerated() {
            let ahead = index + lookahead
            if ahead < resolved.count { resolved[ahead].waiter.prefetch() }
            waiter.resume(indices, outcome)
        }
    }
}
