import AMQPBridge
import ShopEvents

/// What all the services say about all orders, put together: each order's facts, and the stock.
///
/// Orders are entered as the services tell of them, in this sequence: order, shipping, inventory, notify, then the broker's
/// queues. The services go on meanwhile; the sequence is from effect to cause, so whatever one of them had concluded from
/// another is in the other's books by the time these are read. What looks wrong all the same is either wrong or on its
/// way: the latter is gone at the next reading, see `AuditPatience`.
struct Books {
    /// By the order's id in lower case.
    private(set) var orders: [String: OrderFacts] = [:]
    private(set) var stock: [String: AuditRecord.Stock] = [:]
    /// Pieces by product that the inventory's decisions say are taken and not put back.
    private(set) var taken: [String: Int] = [:]
    /// E-mails that were sent.
    private(set) var emails = 0
    /// Services that still have something to do, or cannot do it at the moment.
    private(set) var busy: Set<ShopService> = []

    /// - Returns: false for an order whose status is none of this shop's.
    mutating func enter(_ record: AuditRecord) -> Bool {
        switch record {
        case .order(let order): return enter(order)
        case .decision(let decision): enter(decision)
        case .shipment(let shipment):
            note(shipment.orderID) { facts in
                if facts.shipment != nil { facts.repeated.insert(.shipment) }
                facts.shipment = shipment.state
            }
        case .stock(let product): stock[product.sku] = product
        case .mail(let mail): enter(mail)
        case .outbox(let row): enter(row)
        case .end: break
        }
        return true
    }

    private mutating func enter(_ order: AuditRecord.Order) -> Bool {
        guard let status = OrderFacts.Status(rawValue: order.status) else { return false }
        note(order.orderID) { facts in
            if facts.status != nil { facts.repeated.insert(.order) }
            facts.status = status
            facts.isCreated = order.created
            facts.isAddressed = order.addressed
        }
        return true
    }

    private mutating func enter(_ decision: AuditRecord.Decision) {
        note(decision.orderID) { facts in
            if facts.decision != nil { facts.repeated.insert(.decision) }
            facts.decision = decision.outcome
        }
        guard decision.outcome == .taken else { return }
        for (sku, pieces) in decision.pieces { taken[sku, default: 0] &+= pieces }
    }

    private mutating func enter(_ mail: AuditRecord.Mail) {
        guard let kind = MailKinds.of(mail.event) else { return }
        if mail.state == .sent { emails += 1 }
        note(mail.orderID) { facts in
            if !facts.sent.union(facts.sending).isDisjoint(with: kind) { facts.repeated.insert(.mail) }
            if mail.state == .sent { facts.sent.insert(kind) } else { facts.sending.insert(kind) }
        }
    }

    private mutating func enter(_ row: AuditRecord.Outbox) {
        // The key of news about products is no order.
        guard let id = OrderID.canonical(row.key) else { return }
        note(id) { facts in
            if row.parked { facts.isParked = true } else { facts.isOutgoing = true }
            facts.isComing(row.event)
        }
    }

    /// An event that a service gave up. What an onlooker gave up moves no order.
    ///
    /// - Parameter orderID: the order it is about.
    mutating func enterLetter(of service: ShopService, event: String, orderID: String) {
        guard ShopService.workers.contains(service), let id = OrderID.canonical(orderID) else { return }
        let isPlacing = service == .order && event == PlaceOrder.routingKey.rawValue
        // A letter alone is no order: anybody can publish an event about none.
        guard isPlacing || orders[id] != nil else { return }
        note(id) { facts in
            facts.isParked = true
            if isPlacing { facts.isPlacingParked = true }
            switch service {
            case .notify: if let kind = MailKinds.of(event) { facts.coming.insert(kind) }
            case .inventory: facts.isComing(event)
            case .order, .shipping, .board: break
            }
        }
    }

    /// An order that was confirmed to its customer.
    mutating func expect(_ orderID: String) {
        note(orderID) { $0.isExpected = true }
    }

    mutating func setBusy(_ service: ShopService) { busy.insert(service) }

    private mutating func note(_ orderID: String, _ change: (inout OrderFacts) -> Void) {
        change(&orders[orderID.lowercased(), default: OrderFacts()])
    }
}

extension OrderFacts {
    /// An event of it is somewhere on its way, or lies where it can be sent on.
    fileprivate mutating func isComing(_ event: String) {
        if let kind = MailKinds.of(event) { coming.insert(kind) }
        if event == ShippingCancelled.routingKey.rawValue { isReleaseComing = true }
    }
}
