import Ledger
import ServiceHost
import ShopEvents

/// The order service's part of the books.
enum OrderAudit {
    static let orders = AuditSection { last, limit, transaction in
        try OrderStore(transaction: transaction).facts(after: last, limit: limit).map {
            AuditSection.Entry(key: $0.orderID, record: AuditRecord.order($0))
        }
    }
}

extension OrderStore {
    /// A page of what the books say about orders, by their ids.
    func facts(after last: String, limit: Int) throws -> [AuditRecord.Order] {
        try transaction.query(
            """
            SELECT order_id, status, created, CASE WHEN request = '' THEN 0 ELSE 1 END AS addressed
            FROM orders WHERE order_id > ? ORDER BY order_id LIMIT ?
            """,
            .text(last), SQLValue(limit)
        ).map { row in
            AuditRecord.Order(
                orderID: try row.text("order_id"), status: try row.text("status"), created: try row.int("created") == 1,
                addressed: try row.int("addressed") == 1)
        }
    }
}
