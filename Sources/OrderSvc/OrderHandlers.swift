import AMQPBridge
import Ledger
import ShopEvents

/// What the order service does with what it hears. Each runs inside one transaction.
enum OrderHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(PlaceOrder.self) { command, transaction in try place(command, in: transaction) }
        ledger.on(InventoryUpdated.self) { event, transaction in
            try hear(.stockTaken, about: event.orderID, InventoryUpdated.routingKey, in: transaction)
        }
        ledger.on(InventoryRejected.self) { event, transaction in
            try hear(.stockRefused, about: event.orderID, InventoryRejected.routingKey, in: transaction) { order in
                order.reasons = event.shortages.map(\.sentence)
            }
        }
        ledger.on(ShippingStarted.self) { event, transaction in
            try hear(.shipmentStarted, about: event.orderID, ShippingStarted.routingKey, in: transaction) { order in
                order.carrier = event.carrier
                order.trackingNumber = event.trackingNumber
            }
        }
    }

    /// What cannot be handled, now or ever.
    enum Refusal: ClassifiedError, CustomStringConvertible {
        case anotherBody(orderID: String)
        case unknownOrder(String)

        /// An order that is not known yet may have been overtaken by what happened to it.
        var failureClass: FailureClass {
            switch self {
            case .anotherBody: .permanent
            case .unknownOrder: .transient
            }
        }

        var description: String {
            switch self {
            case .anotherBody(let id): "order \(id) was placed already with other contents; nothing was changed"
            case .unknownOrder(let id): "there is no order \(id)"
            }
        }
    }

    /// Stores a new order. The same command again changes nothing; the same id with another body is refused.
    static func place(_ command: PlaceOrder, in transaction: LedgerTransaction) throws -> [any Event] {
        try OrderRules.checkAnswerable(command)
        var command = command
        command.orderID = command.orderID.lowercased()
        let store = OrderStore(transaction: transaction)
        if let known = try store.request(of: command.orderID) {
            guard known == (try OrderStore.canonical(command)) else {
                throw Refusal.anotherBody(orderID: command.orderID)
            }
            return []
        }
        let faults = OrderRules.faults(of: command)
        let status: OrderStatus = faults.isEmpty ? .placed : .rejected
        let now = RFC3339Time.now
        try store.insert(command, status: status, reasons: faults, at: now)
        if let metadata = transaction.event {
            try store.append(to: command.orderID, status: status, event: PlaceOrder.routingKey, metadata, at: now)
        }
        return faults.isEmpty ? [command.created] : [command.rejected(faults)]
    }

    /// Applies news about an order; what does not change its status is only written into its story.
    private static func hear(
        _ news: OrderStatus.News, about id: String, _ event: RoutingKey, in transaction: LedgerTransaction,
        note: (inout Order) -> Void = { _ in }
    ) throws -> [any Event] {
        let store = OrderStore(transaction: transaction)
        guard var order = try store.find(id) else { throw Refusal.unknownOrder(id) }
        let now = RFC3339Time.now
        let changed = order.status.after(news)
        if let changed {
            order.status = changed
            note(&order)
            try store.update(order, at: now)
        }
        if let metadata = transaction.event {
            try store.append(to: id, status: order.status, event: event, metadata, at: now)
        }
        guard changed == .rejected else { return [] }
        return [OrderRejected(orderID: id, customer: order.customer, reasons: order.reasons)]
    }
}

extension PlaceOrder {
    fileprivate var created: OrderCreated {
        OrderCreated(orderID: orderID, customer: customer, shipTo: shipTo, currency: currency, lines: lines)
    }

    fileprivate func rejected(_ reasons: [String]) -> OrderRejected {
        // A name that cannot be used must not reach a mail header either.
        let name = OrderRules.isName(customer.name) ? customer.name : ""
        return OrderRejected(
            orderID: orderID, customer: Customer(name: name, email: customer.email), reasons: reasons)
    }
}

extension InventoryRejected.Shortage {
    fileprivate var sentence: String {
        switch available {
        case nil: "We do not have a product \(sku)."
        case 0?: "\(sku) is sold out."
        case let left?: "Of \(sku) only \(left) are left; you asked for \(wanted)."
        }
    }
}
