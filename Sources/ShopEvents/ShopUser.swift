public import AMQPBridge

/// The broker's users, where each program has one of its own, and what each of them sends.
public enum ShopUser: Hashable, Sendable, CaseIterable {
    /// A service, which logs in under its own name.
    case service(ShopService)
    /// Whoever works at the command line, and the board when it is asked for dead letters: sees how full the queues are,
    /// looks on, replays and discards dead letters, places and cancels orders.
    case `operator`
    /// `shop topology`, and nothing else.
    case topology
    /// A program that places and cancels orders.
    case customer

    public static let allCases: [ShopUser] =
        ShopService.allCases.map { .service($0) } + [.operator, .topology, .customer]

    /// The name it logs in with.
    public var name: String {
        switch self {
        case .service(let service): service.rawValue
        case .operator: "operator"
        case .topology: "topology"
        case .customer: "customer"
        }
    }

    /// The routing keys it may publish events with.
    public var sends: [RoutingKey] {
        switch self {
        case .service(let service): service.emits
        case .operator, .customer: [PlaceOrder.routingKey, CancelOrder.routingKey]
        case .topology: []
        }
    }
}

extension ShopUser {
    /// Events are believed from those who emit them, and commands from those who give them.
    public static let senders = SenderRule { user, type in maySend(user, type) }

    /// Whether events of this type, in whatever version, are this user's to send.
    public static func maySend(_ user: String?, _ type: EventType) -> Bool {
        guard let user, let key = routingKey(of: type) else { return false }
        return keys[user]?.contains(key) ?? false
    }

    /// By the user's name. Asked for every delivery.
    private static let keys = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, Set($0.sends)) })

    /// `shop.order.created.v1` travels with `order.created`.
    private static func routingKey(of type: EventType) -> RoutingKey? {
        let prefix = "shop."
        guard type.rawValue.hasPrefix(prefix) else { return nil }
        let key = type.rawValue.dropFirst(prefix.count)
        return key.lastIndex(of: ".").map { RoutingKey(String(key[..<$0])) }
    }
}
