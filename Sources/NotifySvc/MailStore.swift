import AMQPBridge
import Ledger

/// Which mails were sent, one of each kind per order.
struct MailStore {
    static let migrations = [
        Migration(
            "mails-1",
            [
                """
                CREATE TABLE mails (
                    order_id TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    event_id TEXT NOT NULL,
                    state TEXT NOT NULL,
                    updated_at INTEGER NOT NULL,
                    PRIMARY KEY (order_id, kind)
                )
                """
            ])
    ]

    let transaction: LedgerTransaction

    /// Notes that a mail is about to be sent.
    ///
    /// - Returns: the id of the event the mail belongs to: the first one that asked for it, so that a resend carries the
    ///   same Message-ID; nil when it has been sent.
    func begin(orderID: String, kind: RoutingKey, eventID: String) throws -> String? {
        let known = try transaction.first(
            "SELECT event_id, state FROM mails WHERE order_id = ? AND kind = ?", .text(orderID), .text(kind.rawValue))
        if let known { return try known.text("state") == "sent" ? nil : known.text("event_id") }
        try transaction.execute(
            "INSERT INTO mails (order_id, kind, event_id, state, updated_at) VALUES (?, ?, ?, 'sending', ?)",
            .text(orderID), .text(kind.rawValue), .text(eventID), .int(RFC3339Time.now.milliseconds))
        return eventID
    }

    func markSent(orderID: String, kind: RoutingKey) throws {
        try transaction.execute(
            "UPDATE mails SET state = 'sent', updated_at = ? WHERE order_id = ? AND kind = ?",
            .int(RFC3339Time.now.milliseconds), .text(orderID), .text(kind.rawValue))
    }
}
