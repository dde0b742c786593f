public import AMQPBridge

/// Inventory: the stock of every line of an order was reduced, all or none.
public struct InventoryUpdated: Event, Hashable {
    public static let type: EventType = "shop.inventory.updated.v1"
    public static let routingKey: RoutingKey = "inventory.updated"

    public var orderID: String
    public var customer: Customer
    public var shipTo: String
    public var lines: [OrderLine]

    public var subject: String { orderID }

    public init(orderID: String, customer: Customer, shipTo: String, lines: [OrderLine]) {
        self.orderID = orderID
        self.customer = customer
        self.shipTo = shipTo
        self.lines = lines
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case customer
        case shipTo = "ship_to"
        case lines
    }
}

/// Inventory: some line is short or its product unknown; nothing was reduced.
public struct InventoryRejected: Event, Hashable {
    public static let type: EventType = "shop.inventory.rejected.v1"
    public static let routingKey: RoutingKey = "inventory.rejected"

    /// A line that cannot be served.
    public struct Shortage: Codable, Hashable, Sendable {
        public var sku: String
        public var wanted: Int
        /// Nil when the product is unknown.
        public var available: Int?

        public init(sku: String, wanted: Int, available: Int?) {
            self.sku = sku
            self.wanted = wanted
            self.available = available
        }
    }

    public var orderID: String
    public var shortages: [Shortage]

    public var subject: String { orderID }

    public init(orderID: String, shortages: [Shortage]) {
        self.orderID = orderID
        self.shortages = shortages
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case shortages
    }
}
