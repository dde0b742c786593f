import DequeModule

/// The publishings that the I/O thread has taken over: those that wait for room, and those that wait for the broker's
/// word. Only that thread touches it, so nothing here needs a lock.
///
/// A publishing is registered in the same step that encodes it, before its bytes can leave: no confirm is ever too early.
struct PublishWindow {
    /// Encoded and not yet written, in bytes, when encoding pauses. What waits beyond it waits as it came.
    static let outputLimit = 1 << 20

    private var tracker = ConfirmTracker<PublishWaiter>()
    private var waiting: Deque<PublishSubmission> = []
    private var resolved: [ConfirmTracker<PublishWaiter>.Resolved] = []
    private let maxUnconfirmed: Int
    private let timeout: Duration
    /// The broker has an alarm and takes nothing (`connection.blocked`).
    var blockedReason: String?

    init(maxUnconfirmed: Int, timeout: Duration) {
        self.maxUnconfirmed = maxUnconfirmed
        self.timeout = timeout
    }

    /// True when nothing on the channel waits for its confirm.
    var isIdle: Bool { tracker.count == 0 }

    /// Takes over what the publishers left; `intake` is empty afterwards.
    mutating func add(_ intake: inout PublishLane.Intake) {
        waiting.append(contentsOf: intake.submissions)
        intake.submissions.removeAll(keepingCapacity: true)
        for key in intake.cancelled { cancel(key) }
        intake.cancelled.removeAll(keepingCapacity: true)
    }

    /// Encodes what waits, as far as the window and the output have room.
    mutating func send(into output: inout OutboundBuffer) {
        while blockedReason == nil, var submission = waiting.popFirst() {
            guard hasRoom(output) else { return waiting.prepend(submission) }
            switch submission.content {
            case .one(let publishing, let waiter):
                send(publishing, waiter, submission.deadline, &output)
            case .many(let publishings, let batch):
                while submission.sent < publishings.count, hasRoom(output) {
                    let index = submission.sent
                    send(publishings[index], .member(batch, index: index), submission.deadline, &output)
                    submission.sent += 1
                }
                if submission.sent < publishings.count { waiting.prepend(submission) }
            }
        }
    }

    private func hasRoom(_ output: borrowing OutboundBuffer) -> Bool {
        tracker.count < maxUnconfirmed && output.count < Self.outputLimit
    }

    private mutating func send(
        _ publishing: borrowing Publishing, _ waiter: PublishWaiter, _ deadline: ContinuousClock.Instant,
        _ output: inout OutboundBuffer
    ) {
        var messageID = publishing.properties.messageID
        // A return names its message only by its id.
        if messageID == nil, publishing.isMandatory { messageID = UUIDv7().description }
        do {
            try output.append(publishing, messageID: messageID)
            tracker.register(waiter, returnKey: returnKey(publishing, messageID), deadline: deadline)
        } catch {
            waiter.resume(.unknown(error))
        }
    }

    /// Nil when it cannot come back, because it is not mandatory.
    private func returnKey(_ publishing: borrowing Publishing, _ messageID: String?) -> ReturnKey? {
        guard publishing.isMandatory, let messageID else { return nil }
        return ReturnKey(messageID: messageID, exchange: publishing.exchange, routingKey: publishing.routingKey)
    }

    /// The broker's ack or nack. Who waited is told by `resumeResolved()`.
    mutating func resolve(upTo tag: UInt64, multiple: Bool, isAck: Bool) {
        tracker.resolve(upTo: tag, multiple: multiple, isAck: isAck, into: &resolved)
    }

    mutating func markReturned(_ key: ReturnKey) { tracker.markReturned(key) }

    /// Tells everybody whose publishing was resolved by what the last read brought, in one go.
    mutating func resumeResolved() {
        guard !resolved.isEmpty else { return }
        Self.resume(resolved)
        resolved.removeAll(keepingCapacity: true)
    }

    private static func resume(_ resolved: [ConfirmTracker<PublishWaiter>.Resolved]) {
        for (waiter, outcome) in resolved { waiter.resume(outcome) }
    }

    /// A new channel counts from 1 again. Only while idle.
    mutating func restart() { tracker = ConfirmTracker() }

    /// Gives up what has waited past its deadline; returns when to look again.
    mutating func expire(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if let deadline = tracker.nextDeadline, deadline <= now {
            Self.resume(tracker.expire(at: now, error: AMQPError(.timeout, "no confirm within \(timeout)")))
        }
        while let first = waiting.first, first.deadline <= now {
            waiting.removeFirst()
            let reason = blockedReason.map { "blocked: \($0)" } ?? "busy"
            first.refuse(AMQPError(.timeout, "not sent within \(timeout); the broker is \(reason)"))
        }
        guard let unconfirmed = tracker.nextDeadline else { return waiting.first?.deadline }
        return min(unconfirmed, waiting.first?.deadline ?? unconfirmed)
    }

    private mutating func cancel(_ key: PublishWaiter.Key) {
        Self.resume(tracker.remove(error: PublishLane.cancelled) { $0.key == key })
        if let index = waiting.firstIndex(where: { $0.key == key }) {
            waiting.remove(at: index).refuse(PublishLane.cancelled)
        }
    }

    /// The connection is gone: everything that waits ends as unknown.
    mutating func close(_ error: AMQPError) {
        resumeResolved()
        Self.resume(tracker.failAll(error))
        for submission in waiting { submission.refuse(error) }
        waiting.removeAll()
    }
}
