/// A message on its way out.
public struct Publishing: Hashable, Sendable {
    /// Empty: the default exchange. Publishing to one that does not exist costs the connection (404): this and all that
    /// waits for a confirm on it ends as `unknown`.
    public var exchange: ExchangeName
    /// At most 255 bytes of UTF-8.
    public var routingKey: RoutingKey
    /// True: the broker returns the message when no queue is bound for its key, and publishing fails as `unroutable`.
    /// False: it drops and confirms such a message.
    public var isMandatory: Bool
    /// Persistent by default.
    public var properties: MessageProperties
    /// At most 1 MiB, else `tooLarge`; may be empty.
    public var body: [UInt8]

    /// Mandatory and persistent unless said otherwise. Nothing is checked before it is published.
    public init(
        exchange: ExchangeName,
        routingKey: RoutingKey,
        isMandatory: Bool = true,
        properties: MessageProperties = MessageProperties(),
        body: [UInt8]
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.isMandatory = isMandatory
        self.properties = properties
        self.body = body
    }
}

/// What became of a publishing. Success is one thing, failure is three different ones.
public enum PublishOutcome: Sendable {
    /// On the disk of every queue that the message was routed to.
    case confirmed
    /// The broker said no (`basic.nack`): nothing was stored, or not everywhere. Send it again later.
    case nacked
    /// No queue is bound for the key; nothing was stored.
    case unroutable
    /// Nobody can say. Sending it again may store it twice, which an inbox at the receiver makes harmless.
    /// Indirect: the error is large and rare, and outcomes are stored by the thousand.
    indirect case unknown(AMQPError)

    /// False for `unknown`, too, although the broker may have the message.
    public var isConfirmed: Bool {
        if case .confirmed = self { true } else { false }
    }

    /// The failure as an error that names the message, or nil when confirmed.
    public func error(for publishing: Publishing) -> AMQPError? {
        // First of all: every publishing comes by here, and the texts below cost more than sending it.
        if isConfirmed { return nil }
        let message = "message \(publishing.properties.messageID ?? "without id")"
        let target = "exchange '\(publishing.exchange)' with routing key '\(publishing.routingKey)'"
        switch self {
        case .confirmed:
            return nil
        case .nacked:
            return AMQPError(.nacked, "\(message) was refused by the broker at \(target); is a queue full?")
        case .unroutable:
            return AMQPError(.unroutable, "\(message) found no queue at \(target); nobody listens to this key")
        case .unknown(let cause):
            // What never left has its own plain cause; for the rest nobody knows.
            if cause.code == .tooLarge || cause.code == .invalidConfiguration { return cause }
            return AMQPError(
                .outcomeUnknown, "\(message) to \(target): \(cause.message)", replyCode: cause.replyCode,
                underlyingError: cause)
        }
    }
}
