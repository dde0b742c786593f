import Ledger
import ServiceHost
import ShopEvents

/// Shipping's part of the books.
enum ShippingAudit {
    static let shipments = AuditSection { last, limit, transaction in
        try ShipmentStore(transaction: transaction).facts(after: last, limit: limit).map {
            AuditSection.Entry(key: $0.orderID, record: AuditRecord.shipment($0))
        }
    }
}

extension ShipmentStore {
    /// A page of what the books say about orders, by their ids.
    func facts(after last: String, limit: Int) throws -> [AuditRecord.Shipment] {
        try transaction.query(
            "SELECT order_id, state FROM shipments WHERE order_id > ? ORDER BY order_id LIMIT ?", .text(last),
            SQLValue(limit)
        ).map { row in
            guard let state = State(rawValue: try row.text("state")) else {
                throw LedgerError.unexpectedValue(column: "state")
            }
            return AuditRecord.Shipment(orderID: try row.text("order_id"), state: state)
        }
    }
}
