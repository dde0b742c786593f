import AMQPBridge
import Ledger
import ShopEvents

/// What the inventory does with what it hears. Each runs inside one transaction.
enum InventoryHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(OrderCreated.self) { event, transaction in try take(for: event, in: transaction) }
    }

    /// Takes the stock of all lines, or of none and says what is short. An order is decided once.
    static func take(for order: OrderCreated, in transaction: LedgerTransaction) throws -> [any Event] {
        let store = StockStore(transaction: transaction)
        guard try !store.isDecided(order.orderID) else { return [] }
        var onHand: [String: Int] = [:]
        for line in order.lines { onHand[line.sku] = try store.find(line.sku)?.onHand }
        switch StockRules.decide(order.lines, onHand: onHand) {
        case .refuse(let shortages):
            try store.recordDecision("refused", on: order.orderID)
            return [InventoryRejected(orderID: order.orderID, shortages: shortages)]
        case .take(let amounts):
            for (sku, amount) in amounts { try store.take(amount, of: sku) }
            try store.recordDecision("taken", on: order.orderID)
            return [
                InventoryUpdated(
                    orderID: order.orderID, customer: order.customer, shipTo: order.shipTo, lines: order.lines)
            ]
        }
    }
}
