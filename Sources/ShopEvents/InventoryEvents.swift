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

/// Inventory: the stock of a cancelled order was put back. For whoever is interested.
public struct InventoryReleased: Event, Hashable {
    public static let type: EventType = "shop.inventory.released.v1"
    public static let routingKey: RoutingKey = "inventory.released"
    public static let audience = Audience.optional

    /// How many pieces of a product came back.
    public struct Line: Codable, Hashable, Sendable {
        public var sku: String
        public var quantity: Int

        public init(sku: String, quantity: Int) {
            self.sku = sku
            self.quantity = quantity
        }
    }

    public var orderID: String
    public var lines: [Line]

    public var subject: String { orderID }

    public init(orderID: String, lines: [Line]) {
        self.orderID = orderID
        self.lines = lines
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case lines
    }
}

/// Inventory: a product fell below its threshold. Said once, until it has been at or above it again. For whoever is
/// interested.
public struct InventoryLow: Event, Hashable {
    public static let type: EventType = "shop.inventory.low.v1"
    public static let routingKey: RoutingKey = "inventory.low"
    public static let audience = Audience.optional

    public var sku: String
    public var onHand: Int
    public var threshold: Int

    public var subject: String { sku }

    public init(sku: String, onHand: Int, threshold: Int) {
        self.sku = sku
        self.onHand = onHand
        self.threshold = threshold
    }

    enum CodingKeys: String, CodingKey {
        case sku, threshold
        case onHand = "on_hand"
    }
}
