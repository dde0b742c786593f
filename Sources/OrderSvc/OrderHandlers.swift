import AMQPBridge
import Ledger
import ShopEvents

/// What the order service does with what it hears. Each runs inside one transaction.
enum OrderHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(PlaceOrder.self) { command, transaction in
            try OrderPlacing.place(command, heard: transaction.event, in: transaction).events
        }
        ledger.on(CancelOrder.self) { command, transaction in
            try OrderCancelling.cancel(command, heard: transaction.event, in: transaction)
        }
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
        ledger.on(ShippingCancelled.self) { event, transaction in
            try hear(.shipmentCancelled, about: event.orderID, ShippingCancelled.routingKey, in: transaction) { order in
                order.reasons = [order.cancelReason ?? ""].filter { !$0.isEmpty }
            }
        }
        ledger.on(ShippingCancelRefused.self) { event, transaction in
            try hear(.cancellationRefused, about: event.orderID, ShippingCancelRefused.routingKey, in: transaction)
        }
    }

    /// News of an order that was never stored here.
    ///
    /// No order of arrival leads to it, and so no waiting mends it. What others know of an order they know, directly or
    /// not, from `order.created` or `order.cancel_requested`, and both left here in the transaction that stored the order
    /// or after it. That holds for Shipping's answers to a cancellation, too: they answer a request, and a cancellation
    /// that precedes its order is final here and asks nobody. So it is a stranger's event, or the database is not the one
    /// that placed the order; and on the retry ladder it would only hold up the order's own events.
    struct UnknownOrder: ClassifiedError, CustomStringConvertible {
        var id: String
        var failureClass: FailureClass { .permanent }
        var description: String {
            "there is no order \(id) in this service's database, and news of an order cannot precede it"
        }
    }

    /// Applies news about an order; what does not change its status is only written into its story.
    private static func hear(
        _ news: OrderStatus.News, about id: String, _ event: RoutingKey, in transaction: LedgerTransaction,
        note: (inout Order) -> Void = { _ in }
    ) throws -> [any Event] {
        let store = OrderStore(transaction: transaction)
        guard var order = try store.find(id) else { throw UnknownOrder(id: id) }
        let now = RFC3339Time.now
        let changed = order.status.after(news)
        if let changed {
            order.status = changed
            note(&order)
            try store.update(order, at: now)
        }
        try store.append(to: id, status: order.status, event: event, transaction.event, at: now)
        guard let customer = order.customer else { return [] }
        return switch changed {
        case .rejected: [OrderRejected(orderID: id, customer: customer, reasons: order.reasons)]
        case .cancelled: [OrderCancelled(orderID: id, customer: customer, reason: order.cancelReason ?? "")]
        default: []
        }
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
