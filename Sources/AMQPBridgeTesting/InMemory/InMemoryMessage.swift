public import AMQPBridge

/// A message as it lies in a queue of an ``InMemoryBroker``.
public struct InMemoryMessage: Sendable {
    /// Where it was published to; after a dead-lettering the dead-letter exchange.
    public internal(set) var exchange: ExchangeName
    /// The key it came by; after a dead-lettering that of the queue's arguments, if they have one.
    public internal(set) var routingKey: RoutingKey
    /// As published; a dead-lettering adds `x-death` and the like.
    public internal(set) var properties: MessageProperties
    /// As published.
    public internal(set) var body: [UInt8]
    /// How often it was handed out and came back.
    public internal(set) var deliveryCount = 0
    /// In the order of arrival at any queue of the broker.
    var position: UInt64
    var expiresAt: Duration?

    /// What its deliveries are marked with.
    public var isRedelivered: Bool { deliveryCount > 0 }

    init(_ publishing: Publishing, position: UInt64) {
        exchange = publishing.exchange
        routingKey = publishing.routingKey
        properties = publishing.properties
        body = publishing.body
        self.position = position
    }

    /// Everything it is routed by: its key, and those of a sender who wants copies elsewhere, too.
    var routes: [RoutingKey] { [routingKey] + Self.copies("CC", properties) + Self.copies("BCC", properties) }

    private static func copies(_ header: String, _ properties: MessageProperties) -> [RoutingKey] {
        guard case .array(let keys) = properties.headers[header] else { return [] }
        return keys.compactMap { $0.string.map { RoutingKey($0) } }
    }

    func delivery(_ tag: DeliveryTag, from type: QueueType) -> Delivery {
        var properties = properties
        if type == .quorum, deliveryCount > 0 { properties.headers["x-delivery-count"] = .int(Int64(deliveryCount)) }
        return Delivery(
            tag: tag, exchange: exchange, routingKey: routingKey, isRedelivered: isRedelivered,
            properties: properties, body: body)
    }
}
