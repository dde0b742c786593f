/// Tells when publishing has to go on over another connection, because this one's refusals may have no other end.
///
/// A nack means that a queue is full, most of all, and no connection mends that. But a channel of RabbitMQ 3.10 whose
/// first message for a quorum queue comes just after the node that led it died holds on to that node: it refuses every
/// message for the queue until the node is back, whoever leads it meanwhile, and takes all others. When that node is cut
/// off rather than dead, each refusal takes many seconds, too. And a channel that was refused for a queue's length goes on
/// being refused when the limit is taken away (measured: until it is closed). Another channel does better. Seen from here
/// a full queue and such a channel are the same, so another connection is tried, with growing waits in between.
struct RefusalWatch {
    fileprivate struct Target: Hashable {
        var exchange: ExchangeName
        var routingKey: RoutingKey
    }

    /// How long a key is refused, counted from when what was refused first was sent, before another connection is tried:
    /// at first, and at most: within five seconds of its end a refusal is to be over here, too.
    static let patience = Duration.seconds(1)...Duration.seconds(3)
    /// Targets that are watched at the same time; one of them is enough.
    private static let limit = 64

    /// When what was refused first was sent.
    private var refused: [Target: Duration] = [:]
    private var patience = Self.patience.lowerBound

    /// - Returns: true when it is time for another connection; the watch then begins anew, with twice the patience.
    mutating func isTooMuch(
        _ publishings: [Publishing], _ outcomes: [PublishOutcome], sent: Duration, now: Duration
    ) -> Bool {
        var isOver = false
        for (publishing, outcome) in zip(publishings, outcomes) {
            switch outcome {
            case .nacked:
                if now - begin(of: Target(of: publishing), sent) >= patience { isOver = true }
            case .confirmed where !refused.isEmpty:
                guard refused.removeValue(forKey: Target(of: publishing)) != nil, refused.isEmpty else { continue }
                patience = Self.patience.lowerBound
            case .confirmed, .unroutable, .unknown: continue
            }
        }
        guard isOver else { return false }
        refused = [:]
        patience = min(patience * 2, Self.patience.upperBound)
        return true
    }

    private mutating func begin(of target: Target, _ sent: Duration) -> Duration {
        if let begin = refused[target] { return begin }
        if refused.count < Self.limit { refused[target] = sent }
        return sent
    }
}

extension RefusalWatch.Target {
    init(of publishing: Publishing) {
        self.init(exchange: publishing.exchange, routingKey: publishing.routingKey)
    }
}
