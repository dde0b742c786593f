public import AMQPBridge

/// Shipping: a shipment was created and is on its way.
public struct ShippingStarted: Event, Hashable {
    public static let type: EventType = "shop.shipping.started.v1"
    public static let routingKey: RoutingKey = "shipping.started"

    public var orderID: String
    public var customer: Customer
    public var shipTo: String
    public var carrier: String
    public var trackingNumber: String
    public var lines: [OrderLine]

    public var subject: String { orderID }

    public init(
        orderID: String, customer: Customer, shipTo: String, carrier: String, trackingNumber: String,
        lines: [OrderLine]
    ) {
        self.orderID = orderID
        self.customer = customer
        self.shipTo = shipTo
        self.carrier = carrier
        self.trackingNumber = trackingNumber
        self.lines = lines
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case customer
        case shipTo = "ship_to"
        case carrier
        case trackingNumber = "tracking_number"
        case lines
    }
}
