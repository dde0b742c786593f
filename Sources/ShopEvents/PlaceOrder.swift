public import AMQPBridge

/// The command to place an order, from the command line, the HTTP API or any other client.
///
/// It is decoded leniently: whether the order is a valid one is the order service's to judge, so that a bad order can
/// be answered with a rejection instead of ending as a dead letter.
public struct PlaceOrder: Event, Hashable {
    public static let type: EventType = "shop.order.place.v1"
    public static let routingKey: RoutingKey = "order.place"

    /// A UUID chosen by the sender: the same id again is the same order.
    public var orderID: String
    public var customer: Customer
    public var shipTo: String
    /// ISO 4217.
    public var currency: String
    public var lines: [OrderLine]

    public var subject: String { orderID }

    public init(orderID: String, customer: Customer, shipTo: String, currency: String = "EUR", lines: [OrderLine]) {
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

    public init(from decoder: any Decoder) throws { try self.init(from: decoder, otherwise: nil) }

    /// - Parameter id: the order's, when the command names none; nil: then it is no command.
    package init(from decoder: any Decoder, otherwise id: String?) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let given = id == nil ? nil : try fields.decodeIfPresent(String.self, forKey: .orderID) ?? id
        orderID = try given ?? fields.decode(String.self, forKey: .orderID)
        customer = try fields.decode(Customer.self, forKey: .customer)
        shipTo = try fields.decodeIfPresent(String.self, forKey: .shipTo) ?? ""
        currency = try fields.decodeIfPresent(String.self, forKey: .currency) ?? "EUR"
        lines = try fields.decodeIfPresent([OrderLine].self, forKey: .lines) ?? []
    }
}
