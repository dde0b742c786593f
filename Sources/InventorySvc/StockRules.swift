import ShopEvents

/// Whether an order can be served: all lines or none; and when a product is low. Pure.
enum StockRules {
    /// Of a product for which nobody has set another.
    static let defaultThreshold = 5

    enum Decision: Equatable {
        /// How many pieces to take of each product.
        case take([String: Int])
        case refuse([InventoryRejected.Shortage])
    }

    /// - Parameter onHand: pieces of each known product.
    static func decide(_ lines: [OrderLine], onHand: [String: Int]) -> Decision {
        var wanted: [String: Int] = [:]
        var order: [String] = []
        for line in lines {
            if wanted[line.sku] == nil { order.append(line.sku) }
            // A quantity below one takes nothing: the stock must never grow by an order.
            let (sum, overflow) = (wanted[line.sku] ?? 0).addingReportingOverflow(max(0, line.quantity))
            wanted[line.sku] = overflow ? .max : sum
        }
        let shortages = order.compactMap { sku -> InventoryRejected.Shortage? in
            let amount = wanted[sku] ?? 0
            guard let available = onHand[sku] else {
                return InventoryRejected.Shortage(sku: sku, wanted: amount, available: nil)
            }
            return amount > available
                ? InventoryRejected.Shortage(sku: sku, wanted: amount, available: available) : nil
        }
        return shortages.isEmpty ? .take(wanted) : .refuse(shortages)
    }
    /// What is to be said about a product after a change: that it is low, if it was not before.
    ///
    /// - Parameter before: nil for a new product, which has not fallen.
    static func warning(from before: StockStore.Item?, to after: StockStore.Item) -> InventoryLow? {
        guard let before, before.onHand >= before.lowBelow, after.onHand < after.lowBelow else { return nil }
        return InventoryLow(sku: after.sku, onHand: after.onHand, threshold: after.lowBelow)
    }
}
