public import AMQPBridge

// Cancelling an order. Shipping is the one point of no return: it alone decides whether a cancellation comes in time.

/// The command to cancel an order, from the command line, the HTTP API or any other client.
public struct CancelOrder: Event, Hashable {
    public static let type: EventType = "shop.order.cancel.v1"
    public static let routingKey: RoutingKey = "order.cancel"

    public var orderID: String
    /// In the customer's or the shop's words; may be empty.
    public var reason: String

    public var subject: String { orderID }

    public init(orderID: String, reason: String = "") {
        self.orderID = orderID
        self.reason = reason
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case reason
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        orderID = try fields.decode(String.self, forKey: .orderID)
        reason = try fields.decodeIfPresent(String.self, forKey: .reason) ?? ""
    }
}

/// Order: an order that has not been shipped yet, as far as is known here, is to be cancelled.
public struct OrderCancelRequested: Event, Hashable {
    public static let type: EventType = "shop.order.cancel_requested.v1"
    public static let routingKey: RoutingKey = "order.cancel_requested"

    public var orderID: String

    public var subject: String { orderID }

    public init(orderID: String) { self.orderID = orderID }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
    }
}

/// Shipping: this order is not shipped and never will be, also when nothing had been heard of it before.
public struct ShippingCancelled: Event, Hashable {
    public static let type: EventType = "shop.shipping.cancelled.v1"
    public static let routingKey: RoutingKey = "shipping.cancelled"

    public var orderID: String

    public var subject: String { orderID }

    public init(orderID: String) { self.orderID = orderID }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
    }
}

/// Shipping: the order cannot be cancelled any more, it had left.
public struct ShippingCancelRefused: Event, Hashable {
    public static let type: EventType = "shop.shipping.cancel_refused.v1"
    public static let routingKey: RoutingKey = "shipping.cancel_refused"

    public var orderID: String

    public var subject: String { orderID }

    public init(orderID: String) { self.orderID = orderID }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
    }
}

/// Order: the order is cancelled, for good.
public struct OrderCancelled: Event, Hashable {
    public static let type: EventType = "shop.order.cancelled.v1"
    public static let routingKey: RoutingKey = "order.cancelled"

    public var orderID: String
    /// Nil when the order was cancelled before it arrived: then nobody knows yet whom to tell.
    public var customer: Customer?
    /// Why, in the words of whoever cancelled it; may be empty.
    public var reason: String

    public var subject: String { orderID }

    public init(orderID: String, customer: Customer?, reason: String = "") {
        self.orderID = orderID
        self.customer = customer
        self.reason = reason
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case customer, reason
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        orderID = try fields.decode(String.self, forKey: .orderID)
        customer = try fields.decodeIfPresent(Customer.self, forKey: .customer)
        reason = try fields.decodeIfPresent(String.self, forKey: .reason) ?? ""
    }
}
