import AMQPBridge
import Ledger

/// Names a mail: there is one of each kind per order.
struct MailNote: Hashable, Sendable {
    var orderID: String
    /// The routing key of the event it tells of.
    var kind: RoutingKey
}

/// Which mails were sent.
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

    init(_ transaction: LedgerTransaction) { self.transaction = transaction }

    /// Notes that a mail is about to be sent.
    ///
    /// - Returns: the id of the event the mail belongs to: the first one that asked for it, so that a resend carries the
    ///   same Message-ID; nil when it has been sent.
    func begin(_ note: MailNote, eventID: String) throws -> String? {
        let known = try transaction.first(
            "SELECT event_id, state FROM mails WHERE order_id = ? AND kind = ?", .text(note.orderID),
            .text(note.kind.rawValue))
        if let known { return try known.text("state") == "sent" ? nil : known.text("event_id") }
        try transaction.execute(
            "INSERT INTO mails (order_id, kind, event_id, state, updated_at) VALUES (?, ?, ?, 'sending', ?)",
            .text(note.orderID), .text(note.kind.rawValue), .text(eventID), .int(RFC3339Time.now.milliseconds))
        return eventID
    }

    func markSent(_ note: MailNote) throws {
        try transaction.execute(
            "UPDATE mails SET state = 'sent', updated_at = ? WHERE order_id = ? AND kind = ?",
            .int(RFC3339Time.now.milliseconds), .text(note.orderID), .text(note.kind.rawValue))
    }
}
