import AMQPBridge
import Ledger
import ShopEvents

/// What the inventory does with what it hears. Each runs inside one transaction.
enum InventoryHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(OrderCreated.self) { event, transaction in try take(for: event, in: transaction) }
        ledger.on(ShippingCancelled.self) { event, transaction in try release(event.orderID, in: transaction) }
    }

    /// Takes the stock of all lines, or of none and says what is short. An order is decided once; of one that was
    /// cancelled before it came there is nothing to decide or to say.
    static func take(for order: OrderCreated, in transaction: LedgerTransaction) throws -> [any Event] {
        let stock = StockStore(transaction: transaction)
        let decisions = DecisionStore(transaction: transaction)
        guard try decisions.find(order.orderID) == nil else { return [] }
        var items: [String: StockStore.Item] = [:]
        for line in order.lines { items[line.sku] = try stock.find(line.sku) }
        switch StockRules.decide(order.lines, onHand: items.mapValues(\.onHand)) {
        case .refuse(let shortages):
            try decisions.insert(.refused, on: order.orderID)
            return [InventoryRejected(orderID: order.orderID, shortages: shortages)]
        case .take(let pieces):
            try decisions.insert(.taken, pieces: pieces, on: order.orderID)
            return [
                InventoryUpdated(
                    orderID: order.orderID, customer: order.customer, shipTo: order.shipTo, lines: order.lines)
            ] + (try take(pieces, of: items, from: stock))
        }
    }

    /// Returns warnings about what is low now.
    private static func take(
        _ pieces: [String: Int], of items: [String: StockStore.Item], from stock: StockStore
    ) throws -> [any Event] {
        try pieces.sorted { $0.key < $1.key }.compactMap { sku, amount in
            try stock.take(amount, of: sku)
            guard let before = items[sku] else { return nil }
            var after = before
            after.onHand -= amount
            return StockRules.warning(from: before, to: after)
        }
    }

    /// Shipping will never ship this order: what was taken for it is put back, once. If the order is still on its way,
    /// nothing will be taken for it.
    static func release(_ orderID: String, in transaction: LedgerTransaction) throws -> [any Event] {
        let decisions = DecisionStore(transaction: transaction)
        guard let decision = try decisions.find(orderID) else {
            try decisions.insert(.cancelled, on: orderID)
            return []
        }
        guard decision.outcome == .taken else { return [] }
        guard let pieces = decision.pieces?.sorted(by: { $0.key < $1.key }) else {
            throw PermanentFailure(
                "what was taken for order \(orderID) was not recorded then: put it back by hand (shop stock set)")
        }
        let stock = StockStore(transaction: transaction)
        for (sku, amount) in pieces { try stock.take(-amount, of: sku) }
        try decisions.markReleased(orderID)
        return [
            InventoryReleased(orderID: orderID, lines: pieces.map { InventoryReleased.Line(sku: $0, quantity: $1) })
        ]
    }
}
