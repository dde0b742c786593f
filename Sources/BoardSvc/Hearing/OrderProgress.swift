import AMQPBridge
import ShopEvents

/// Where an order stands as far as an onlooker can tell, who hears everything and nothing in a certain sequence. Pure.
enum OrderProgress: String, Sendable {
    case placed, confirmed, shipped, rejected, cancelled

    /// What an event says about the order it is about; nil when it says nothing.
    init?(_ type: EventType) {
        switch type {
        case PlaceOrder.type, OrderCreated.type: self = .placed
        case InventoryUpdated.type: self = .confirmed
        case ShippingStarted.type: self = .shipped
        case OrderRejected.type: self = .rejected
        case OrderCancelled.type: self = .cancelled
        default: return nil
        }
    }

    var isEnd: Bool { self == .shipped || self == .rejected || self == .cancelled }

    /// The first end stays; before it, further is further.
    func after(_ news: OrderProgress) -> OrderProgress {
        if isEnd || news == .placed { return self }
        return news
    }

    /// Whether an order begins with this event, so that its way can be timed.
    static func begins(with type: EventType) -> Bool { type == PlaceOrder.type || type == OrderCreated.type }
}
