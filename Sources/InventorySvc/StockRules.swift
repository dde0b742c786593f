import ShopEvents

/// Whether an order can be served: all lines or none. Pure.
enum StockRules {
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
}
