/// A publishing whose bytes are on their way: whom to tell, and until when. Deadlines count from the lane's start.
struct PublishEntry {
    var waiter: PublishWaiter
    /// Nil when the message can't come back, because it is not mandatory.
    var returnKey: ReturnKey?
    var deadline: Duration
}

/// One call of `publish` that found no room: what to send, whom to tell, until when.
struct PublishSubmission {
    enum Content {
        case one(Publishing, PublishWaiter)
        /// From `next` on.
        case many([Publishing], PublishBatch, next: Int)
    }

    private var content: Content?
    let deadline: Duration

    init(_ content: Content, deadline: Duration) {
        self.content = content
        self.deadline = deadline
    }

    var isDone: Bool { content == nil }

    var key: PublishWaiter.Key? {
        switch content {
        case .one(_, let waiter): waiter.key
        case .many(_, let batch, _): .batch(id: batch.id)
        case nil: nil
        }
    }

    mutating func takeNext() -> (Publishing, PublishWaiter)? {
        switch content {
        case .one(let publishing, let waiter):
            content = nil
            return (publishing, waiter)
        case .many(let publishings, let batch, let next):
            content = next + 1 < publishings.count ? .many(publishings, batch, next: next + 1) : nil
            return (publishings[next], .member(batch, index: next))
        case nil:
            return nil
        }
    }

    /// Ends the waits for all that has not been sent, as unknown.
    func refuse(_ error: AMQPError) {
        switch content {
        case .one(_, let waiter): waiter.resume(.unknown(error))
        case .many(let publishings, let batch, let next):
            for index in next..<publishings.count { batch.resolve(index, .unknown(error)) }
        case nil: break
        }
    }
}

/// Who is told the outcome: a continuation, or one place in a batch's.
enum PublishWaiter: Sendable {
    case single(id: UInt64, UnsafeContinuation<PublishOutcome, Never>)
    case member(PublishBatch, index: Int)

    /// Names one call of `publish` while it waits.
    enum Key: Hashable, Sendable {
        case single(id: UInt64)
        case batch(id: UInt64)
    }

    var key: Key {
        switch self {
        case .single(let id, _): .single(id: id)
        case .member(let batch, _): .batch(id: batch.id)
        }
    }

    func resume(_ outcome: PublishOutcome) {
        switch self {
        case .single(_, let continuation): continuation.resume(returning: outcome)
        case .member(let batch, let index): batch.resolve(index, outcome)
        }
    }
}
