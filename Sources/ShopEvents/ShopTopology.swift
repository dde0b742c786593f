public import AMQPBridge

/// Who listens to what. A new service is one entry here and one folder; no other service changes.
public enum ShopService: String, CaseIterable, Sendable {
    case order, inventory, shipping, notify, board

    /// Those that do something about orders. The others look on: no order waits for them, and no books hold them.
    public static let workers: [ShopService] = [.order, .inventory, .shipping, .notify]

    public var listensTo: [RoutingKey] {
        switch self {
        case .order:
            [
                PlaceOrder.routingKey, CancelOrder.routingKey, InventoryUpdated.routingKey,
                InventoryRejected.routingKey, ShippingStarted.routingKey, ShippingCancelled.routingKey,
                ShippingCancelRefused.routingKey,
            ]
        case .inventory: [OrderCreated.routingKey, ShippingCancelled.routingKey]
        case .shipping: [InventoryUpdated.routingKey, OrderCancelRequested.routingKey]
        case .notify:
            [
                OrderCreated.routingKey, OrderRejected.routingKey, ShippingStarted.routingKey,
                OrderCancelled.routingKey,
            ]
        case .board: ["#"]
        }
    }

    /// What it tells others. Commands come from outside.
    public var emits: [RoutingKey] {
        switch self {
        case .order:
            [
                OrderCreated.routingKey, OrderRejected.routingKey, OrderCancelRequested.routingKey,
                OrderCancelled.routingKey,
            ]
        case .inventory:
            [
                InventoryUpdated.routingKey, InventoryRejected.routingKey, InventoryReleased.routingKey,
                InventoryLow.routingKey,
            ]
        case .shipping:
            [ShippingStarted.routingKey, ShippingCancelled.routingKey, ShippingCancelRefused.routingKey]
        case .notify, .board: []
        }
    }

    /// The CloudEvents source of what it emits.
    public var source: String { "/shop/\(rawValue)" }

    /// Its admin port, unless told otherwise.
    public var defaultPort: Int {
        switch self {
        case .order: 8081
        case .inventory: 8082
        case .shipping: 8083
        case .notify: 8084
        case .board: 8085
        }
    }

    public func topology(queueType: QueueType, ladder: RetryLadder) -> ServiceTopology {
        ServiceTopology(
            service: rawValue, exchange: ShopTopology.exchange, listensTo: listensTo, queueType: queueType,
            ladder: ladder)
    }
}

/// The shop's topology as a whole.
public enum ShopTopology {
    public static let exchange: ExchangeName = "shop.events"

    public static func all(queueType: QueueType, ladder: RetryLadder) -> Topology {
        var topology = Topology(exchanges: [Exchange(exchange, .topic)])
        for service in ShopService.allCases {
            topology.add(service.topology(queueType: queueType, ladder: ladder).own)
        }
        return topology
    }
}
