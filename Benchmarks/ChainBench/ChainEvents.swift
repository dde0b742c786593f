import AMQPBridge

/// What travels down the chain; everybody passes it on.
struct ChainOrder: Codable, Sendable {
    var orderID: String
    /// CLOCK_MONOTONIC, in nanoseconds.
    var placedNs: UInt64
    var sku: String
    var quantity: Int
    var customer: Customer
    var shipTo: String
    var note: String

    struct Customer: Codable, Sendable {
        var name: String
        var email: String
    }

    private enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case placedNs = "placed_ns"
        case sku, quantity, customer
        case shipTo = "ship_to"
        case note
    }

    static func placed(at time: UInt64) -> ChainOrder {
        ChainOrder(
            orderID: UUIDv7().description, placedNs: time, sku: "MUG", quantity: 2,
            customer: Customer(name: "Grace Example", email: "grace@example.com"),
            shipTo: "12 Long Street, 12345 Somewhere", note: String(repeating: "x", count: 40))
    }
}

/// An event of the chain: the order, and a name.
protocol ChainEvent: Event {
    var order: ChainOrder { get }
    init(order: ChainOrder)
}

extension ChainEvent {
    var subject: String { order.orderID }
    init(from decoder: any Decoder) throws { self.init(order: try ChainOrder(from: decoder)) }
    func encode(to encoder: any Encoder) throws { try order.encode(to: encoder) }
}

struct OrderCreated: ChainEvent {
    static let type: EventType = "bench.order.created.v1"
    static let routingKey: RoutingKey = "order.created"
    var order: ChainOrder
}

struct InventoryUpdated: ChainEvent {
    static let type: EventType = "bench.inventory.updated.v1"
    static let routingKey: RoutingKey = "inventory.updated"
    var order: ChainOrder
}

struct ShippingStarted: ChainEvent {
    static let type: EventType = "bench.shipping.started.v1"
    static let routingKey: RoutingKey = "shipping.started"
    var order: ChainOrder
}
