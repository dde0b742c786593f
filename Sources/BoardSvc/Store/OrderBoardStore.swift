import AMQPBridge
import Ledger

/// The last orders, as they can be told from what was heard of them.
struct OrderBoardStore {
    static let migrations = [
        Migration(
            "orders-1",
            [
                """
                CREATE TABLE orders (
                    number INTEGER PRIMARY KEY,
                    order_id TEXT NOT NULL UNIQUE,
                    status TEXT NOT NULL,
                    begun_at INTEGER,
                    changed_at INTEGER NOT NULL,
                    events INTEGER NOT NULL,
                    pieces INTEGER,
                    total INTEGER,
                    currency TEXT
                )
                """
            ])
    ]

    static let clearedEvery = 512

    /// Times are milliseconds since 1970, by the emitters' clocks.
    struct Item: Equatable, Sendable, Encodable {
        var orderID: String
        var status: String
        /// Nil when its beginning was not heard, or is forgotten.
        var begunAt: Int?
        var changedAt: Int
        /// Heard of it so far.
        var events: Int
        var pieces: Int?
        /// In minor units of the currency.
        var total: Int?
        var currency: String?

        enum CodingKeys: String, CodingKey {
            case status, events, pieces, total, currency
            case orderID = "order_id"
            case begunAt = "begun_at"
            case changedAt = "changed_at"
        }
    }

    let transaction: LedgerTransaction
    /// At least; more only until the next clearing.
    var kept = 20_000

    /// Enters an event. Only the ones that were not heard before come here, in any sequence.
    func note(_ event: HeardEvent, _ metadata: EventMetadata, orderID: String) throws {
        let news = OrderProgress(metadata.type)
        let time = Int(metadata.time.milliseconds)
        let begun = OrderProgress.begins(with: metadata.type) ? time : nil
        guard let known = try find(orderID) else {
            return try insert(event, orderID: orderID, status: news ?? .placed, begun: begun, time: time)
        }
        let before = OrderProgress(rawValue: known.status) ?? .placed
        let after = news.map(before.after) ?? before
        let begunAt = [known.begunAt, begun].compactMap(\.self).min()
        try transaction.execute(
            """
            UPDATE orders SET status = ?, begun_at = ?, changed_at = ?, events = events + 1,
                pieces = coalesce(pieces, ?), total = coalesce(total, ?), currency = coalesce(currency, ?)
            WHERE order_id = ?
            """,
            .text(after.rawValue), SQLValue(begunAt), SQLValue(max(known.changedAt, time)), SQLValue(event.pieces),
            SQLValue(event.total), SQLValue(event.currency), .text(orderID))
        let pace = PaceStore(transaction: transaction)
        if known.begunAt == nil, begun != nil { try pace.placed(at: time) }
        if after == .shipped, before != .shipped, let begunAt { try pace.shipped(at: time, after: time - begunAt) }
    }

    private func insert(
        _ event: HeardEvent, orderID: String, status: OrderProgress, begun: Int?, time: Int
    ) throws {
        let row = try transaction.first(
            """
            INSERT INTO orders (order_id, status, begun_at, changed_at, events, pieces, total, currency)
            VALUES (?, ?, ?, ?, 1, ?, ?, ?) RETURNING number
            """,
            .text(orderID), .text(status.rawValue), SQLValue(begun), SQLValue(time), SQLValue(event.pieces),
            SQLValue(event.total), SQLValue(event.currency))
        if begun != nil { try PaceStore(transaction: transaction).placed(at: time) }
        guard let number = try row?.int("number"), number.isMultiple(of: Self.clearedEvery) else { return }
        try transaction.execute("DELETE FROM orders WHERE number <= ?", SQLValue(number - kept))
    }

    func find(_ orderID: String) throws -> Item? {
        try transaction.first("SELECT * FROM orders WHERE order_id = ?", .text(orderID)).map(Self.item)
    }

    /// Those heard of last, the newest first. Orders placed together are handled side by side: any of them may be it.
    func newest(limit: Int) throws -> [Item] {
        try transaction.query("SELECT * FROM orders ORDER BY number DESC LIMIT ?", SQLValue(limit)).map(Self.item)
    }

    private static func item(_ row: SQLRow) throws -> Item {
        Item(
            orderID: try row.text("order_id"), status: try row.text("status"), begunAt: try row.optionalInt("begun_at"),
            changedAt: try row.int("changed_at"), events: try row.int("events"), pieces: try row.optionalInt("pieces"),
            total: try row.optionalInt("total"), currency: try row.optionalText("currency"))
    }
}
