/// One call of `publish`: what to send, whom to tell, until when.
struct PublishSubmission {
    enum Content {
        case one(Publishing, PublishWaiter)
        case many([Publishing], PublishBatch)
    }

    var content: Content
    var deadline: ContinuousClock.Instant
    /// Of many, how many have been sent: the window may have had no room for all.
    var sent = 0

    var key: PublishWaiter.Key {
        switch content {
        case .one(_, let waiter): waiter.key
        case .many(_, let batch): .batch(id: batch.id)
        }
    }

    /// Ends the waits for all that has not been sent, as unknown.
    func refuse(_ error: AMQPError) {
        switch content {
        case .one(_, let waiter): waiter.resume(.unknown(error))
        case .many(let publishings, let batch):
            for index in sent..<publishings.count { batch.resolve(index, .unknown(error)) }
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
