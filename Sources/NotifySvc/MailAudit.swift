import AMQPBridge
import Ledger
import ServiceHost
import ShopEvents

/// The mails as the service's books show them.
enum MailAudit {
    /// Between the two halves of a key; in no routing key.
    private static let separator: Character = "\u{1}"

    static let section = AuditSection { try page(after: $0, $1, $2) }

    static func page(
        after: String, _ limit: Int, _ transaction: LedgerTransaction
    ) throws -> [AuditSection.Entry] {
        let end = after.lastIndex(of: separator) ?? after.endIndex
        let (order, kind) = (String(after[..<end]), String(after[end...].dropFirst()))
        let rows = try transaction.query(
            """
            SELECT order_id, kind, state FROM mails
            WHERE order_id > ? OR (order_id = ? AND kind > ?)
            ORDER BY order_id, kind LIMIT ?
            """, .text(order), .text(order), .text(kind), .int(Int64(limit)))
        return try rows.map { row in
            let mail = AuditRecord.Mail(
                orderID: try row.text("order_id"), event: try row.text("kind"),
                state: try row.text("state") == "sent" ? .sent : .sending)
            return AuditSection.Entry(
                key: "\(mail.orderID)\(separator)\(mail.event)", record: AuditRecord.mail(mail))
        }
    }
}
