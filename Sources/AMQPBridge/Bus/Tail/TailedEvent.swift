/// An event as an onlooker sees it: what it says about itself, and the bytes.
public struct TailedEvent: Sendable {
    /// Where the exchange sent it by.
    public var routingKey: RoutingKey
    /// Nil for what is no CloudEvent; then `undecodable` says why. The subject is empty when the event names none.
    public var metadata: EventMetadata?
    /// Why there is no metadata, in words.
    public var undecodable: String?
    /// Of the message; its sender may have left out any of them.
    public var properties: MessageProperties
    /// Empty when it was larger than the connection takes (1 MiB unless configured otherwise).
    public var body: [UInt8]

    init(_ delivery: Delivery) {
        routingKey = delivery.routingKey
        properties = delivery.properties
        body = delivery.body
        guard !delivery.isOversized else {
            undecodable = "the body has \(delivery.bodySize) bytes, which is more than is read"
            return
        }
        do {
            metadata = try CloudEventsCodec().decodeMetadata(delivery.body)
        } catch {
            undecodable = (error as? AMQPError)?.message ?? "\(error)"
        }
    }
}
