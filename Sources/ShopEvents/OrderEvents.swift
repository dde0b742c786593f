public import AMQPBridge

/// Order: a valid order was stored.
public struct OrderCreated: Event, Hashable {
    public static let type: EventType = "shop.order.created.v1"
    public static let routingKey: RoutingKey = "order.created"

    public var orderID: String
    public var customer: Customer
    public var shipTo: String
    public var currency: String
    public var lines: [OrderLine]

    public var subject: String { orderID }

    public init(orderID: String, customer: Customer, shipTo: String, currency: String, lines: [OrderLine]) {
        self.orderID = orderID
        self.customer = customer
        self.shipTo = shipTo
        self.currency = currency
        self.lines = lines
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case customer
        case shipTo = "ship_to"
        case currency, lines
    }
}

/// Order: this order will not be shipped, for these reasons.
public struct OrderRejected: Event, Hashable {
    public static let type: EventType = "shop.order.rejected.v1"
    public static let routingKey: RoutingKey = "order.rejected"

    public var orderID: String
    public var customer: Customer
    /// Sentences for the customer.
    public var reasons: [String]

    public var subject: String { orderID }

    public init(orderID: String, customer: Customer, reasons: [String]) {
        self.orderID = orderID
        self.customer = customer
        self.reasons = reasons
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case customer, reasons
    }
}
