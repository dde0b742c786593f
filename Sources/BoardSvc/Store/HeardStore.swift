import AMQPBridge
import Ledger

/// The last events, in the sequence they were heard.
struct HeardStore {
    static let migrations = [
        Migration(
            "heard-1",
            [
                """
                CREATE TABLE heard (
                    number INTEGER PRIMARY KEY,
                    order_id TEXT,
                    event TEXT NOT NULL,
                    source TEXT NOT NULL
                )
                """
            ])
    ]

    static let clearedEvery = 512

    /// So many of one kind came.
    struct Count: Equatable, Sendable, Encodable {
        var event: String
        var source: String
        var count: Int
    }

    /// One of those that came.
    struct Sample: Equatable, Sendable, Encodable {
        var event: String
        var source: String
        /// Nil when it is about none.
        var orderID: String?

        enum CodingKeys: String, CodingKey {
            case event, source
            case orderID = "order_id"
        }
    }

    let transaction: LedgerTransaction
    /// At least; more only until the next clearing.
    var kept = 10_000

    func add(_ metadata: EventMetadata, orderID: String?) throws {
        let row = try transaction.first(
            "INSERT INTO heard (order_id, event, source) VALUES (?, ?, ?) RETURNING number", SQLValue(orderID),
            .text(EventName.of(metadata.type)), .text(Self.service(metadata.source)))
        guard let number = try row?.int("number"), number.isMultiple(of: Self.clearedEvery) else { return }
        try transaction.execute("DELETE FROM heard WHERE number <= ?", SQLValue(number - kept))
    }

    /// `/shop/order` is `order`; others stay as they are.
    private static func service(_ source: String) -> String {
        let prefix = "/shop/"
        return source.hasPrefix(prefix) && source.count > prefix.count ? String(source.dropFirst(prefix.count)) : source
    }

    /// The number of the last one; 0 before the first.
    func last() throws -> Int {
        try transaction.first("SELECT number FROM heard ORDER BY number DESC LIMIT 1")?.int("number") ?? 0
    }

    /// How many of each kind came after a number.
    func counts(after number: Int) throws -> [Count] {
        try transaction.query(
            "SELECT event, source, COUNT(*) AS count FROM heard WHERE number > ? GROUP BY event, source "
                + "ORDER BY event, source", SQLValue(number)
        ).map { Count(event: try $0.text("event"), source: try $0.text("source"), count: try $0.int("count")) }
    }

    /// The newest of those that came after a number, in their sequence.
    func samples(after number: Int, limit: Int) throws -> [Sample] {
        try transaction.query(
            "SELECT event, source, order_id FROM heard WHERE number > ? ORDER BY number DESC LIMIT ?",
            SQLValue(number), SQLValue(limit)
        ).reversed().map {
            Sample(
                event: try $0.text("event"), source: try $0.text("source"), orderID: try $0.optionalText("order_id"))
        }
    }
}
