/// A message the broker handed to a consumer. It stays the broker's until it is settled.
public struct Delivery: Sendable {
    /// What to settle it by.
    public var tag: DeliveryTag
    /// The exchange it was published to; a dead-lettering or a retry replaces it by that of the return path.
    public var exchange: ExchangeName
    /// The key it was published with; a dead-lettering or a retry replaces it, too.
    public var routingKey: RoutingKey
    /// True when it may have been delivered before.
    public var isRedelivered: Bool
    /// As the sender wrote them: anybody may have, and any of them may be missing.
    public var properties: MessageProperties
    /// Empty when `bodySize` exceeds the consumer's limit: such a body is read and dropped, never stored.
    public var body: [UInt8]
    /// Bytes the sender announced.
    public var bodySize: UInt64

    /// - Parameter bodySize: nil: as many bytes as `body` has.
    public init(
        tag: DeliveryTag,
        exchange: ExchangeName,
        routingKey: RoutingKey,
        isRedelivered: Bool = false,
        properties: MessageProperties,
        body: [UInt8],
        bodySize: UInt64? = nil
    ) {
        self.tag = tag
        self.exchange = exchange
        self.routingKey = routingKey
        self.isRedelivered = isRedelivered
        self.properties = properties
        self.body = body
        self.bodySize = bodySize ?? UInt64(body.count)
    }

    /// True when the body was larger than the limit, so that `body` is empty.
    public var isOversized: Bool { bodySize != UInt64(body.count) }
}

/// How a delivery ends.
public enum Settlement: Hashable, Sendable {
    /// Done: the broker forgets it.
    case ack
    /// Not now: the broker delivers it again. Since RabbitMQ 4.3 this does not count towards the delivery limit.
    case requeue
    /// It failed. Without requeue the queue's dead-letter exchange gets it; where there is none, it is gone.
    case reject(requeue: Bool)
}
