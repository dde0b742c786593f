import AMQPBridge
import ShopEvents

/// What the services' books say about one order. Small: an audit holds one for every order there ever was.
struct OrderFacts: Equatable {
    enum Status: String {
        case placed, confirmed, shipped, rejected, cancelled

        var isTerminal: Bool { self == .shipped || self == .rejected || self == .cancelled }
    }

    /// By the order service; nil when it does not know the order.
    var status: Status?
    var isCreated = false
    var isAddressed = false
    /// By the inventory.
    var decision: AuditRecord.Decision.Outcome?
    /// By the shipping.
    var shipment: AuditRecord.Shipment.State?
    var sent: MailKinds = []
    /// Begun; whether they left is not known.
    var sending: MailKinds = []
    /// Mails whose events still wait in an outbox, or lie in the dead letters.
    var coming: MailKinds = []
    /// An event of it waits in some outbox.
    var isOutgoing = false
    /// An event of it was given up: a dead letter, or parked in an outbox.
    var isParked = false
    /// Its stock is to be put back by an event that waits in an outbox or is given up.
    var isReleaseComing = false
    /// Its placing itself was given up: the order service never took it.
    var isPlacingParked = false
    /// Somebody says that it was placed, and confirmed to the customer.
    var isExpected = false
    /// What stands twice in one service's books.
    var repeated: Repeated = []

    struct Repeated: OptionSet {
        var rawValue: UInt8
        static let order = Repeated(rawValue: 1)
        static let decision = Repeated(rawValue: 2)
        static let shipment = Repeated(rawValue: 4)
        static let mail = Repeated(rawValue: 8)

        var words: [String] {
            [(.order, "order"), (.decision, "stock decision"), (Self.shipment, "shipment"), (.mail, "e-mail")]
                .compactMap { contains($0.0) ? $0.1 : nil }
        }
    }

    /// Whether an effect is known somewhere.
    var hasEffect: Bool { decision != nil || shipment != nil || !sent.isEmpty || !sending.isEmpty }

    /// The mails that the customer is to get, by what the order service says.
    var due: MailKinds {
        var due: MailKinds = isCreated ? .created : []
        switch status {
        case .shipped: due.insert(.shipped)
        case .rejected: due.insert(.rejected)
        case .cancelled where isAddressed: due.insert(.cancelled)
        default: break
        }
        return due
    }
}

/// Kinds of e-mails about an order, by the event they tell of.
struct MailKinds: OptionSet, Hashable {
    var rawValue: UInt8
    static let created = MailKinds(rawValue: 1)
    static let shipped = MailKinds(rawValue: 2)
    static let rejected = MailKinds(rawValue: 4)
    static let cancelled = MailKinds(rawValue: 8)

    /// How an order ends; there is one of them at most.
    static let endings: MailKinds = [.shipped, .rejected, .cancelled]

    private static let events: [(MailKinds, String)] = [
        (.created, OrderCreated.routingKey.rawValue), (.shipped, ShippingStarted.routingKey.rawValue),
        (.rejected, OrderRejected.routingKey.rawValue), (.cancelled, OrderCancelled.routingKey.rawValue),
    ]

    /// The kind of this event's mail; nil for events nobody is written to about.
    static func of(_ event: String) -> MailKinds? { events.first { $0.1 == event }?.0 }

    var names: [String] { Self.events.compactMap { contains($0.0) ? $0.1 : nil } }
}
