import Ledger
import ServiceHost
import ShopEvents

/// The inventory's part of the books.
enum InventoryAudit {
    static let decisions = AuditSection { last, limit, transaction in
        try DecisionStore(transaction: transaction).facts(after: last, limit: limit).map {
            AuditSection.Entry(key: $0.orderID, record: AuditRecord.decision($0))
        }
    }

    static let stock = AuditSection { last, limit, transaction in
        try StockStore(transaction: transaction).facts(after: last, limit: limit).map {
            AuditSection.Entry(key: $0.sku, record: AuditRecord.stock($0))
        }
    }
}

extension DecisionStore {
    /// A page of what the books say about orders, by their ids.
    func facts(after last: String, limit: Int) throws -> [AuditRecord.Decision] {
        try transaction.query(
            "SELECT * FROM decisions WHERE order_id > ? ORDER BY order_id LIMIT ?", .text(last), SQLValue(limit)
        ).map { row in
            let decision = try Self.decision(row)
            return AuditRecord.Decision(
                orderID: try row.text("order_id"), outcome: decision.outcome, pieces: decision.pieces ?? [:])
        }
    }
}

extension StockStore {
    /// A page of what the books say about products, by their SKUs.
    func facts(after last: String, limit: Int) throws -> [AuditRecord.Stock] {
        try transaction.query(
            """
            SELECT s.*, (SELECT COALESCE(SUM(amount), 0) FROM adjustments AS a WHERE a.sku = s.sku) AS adjusted
            FROM stock AS s WHERE sku > ? ORDER BY sku LIMIT ?
            """,
            .text(last), SQLValue(limit)
        ).map { row in
            let item = try Self.item(row)
            return AuditRecord.Stock(
                sku: item.sku, onHand: item.onHand, taken: item.taken, adjusted: try row.int("adjusted"))
        }
    }
}
