import AMQPBridge
import Ledger

/// Which order was placed with which key, in the transaction that placed it.
struct IdempotencyStore {
    static let migrations = [
        Migration(
            "orders-idempotency-1",
            [
                """
                CREATE TABLE idempotency_keys (
                    key TEXT PRIMARY KEY,
                    body_hash TEXT NOT NULL,
                    order_id TEXT NOT NULL,
                    time INTEGER NOT NULL
                )
                """,
                "CREATE INDEX idempotency_keys_time ON idempotency_keys (time)",
            ])
    ]

    /// The key stands for another body.
    struct AnotherBody: Error, CustomStringConvertible {
        var description: String { "this Idempotency-Key was used with another body; take a new key for a new order" }
    }

    /// A day, in milliseconds.
    private static let lifetime: Int64 = 86_400_000
    /// Each new key takes a few old ones along, so that they never become many.
    private static let purged: Int64 = 10

    let transaction: LedgerTransaction

    /// Nil when the key is new, or so old that it is.
    ///
    /// - Throws: `AnotherBody`.
    func order(placedWith seal: IdempotencyKey.Seal) throws -> String? {
        let row = try transaction.first(
            "SELECT body_hash, order_id FROM idempotency_keys WHERE key = ? AND time > ?", .text(seal.key),
            .int(RFC3339Time.now.milliseconds - Self.lifetime))
        guard let row else { return nil }
        guard try row.text("body_hash") == seal.bodyHash else { throw AnotherBody() }
        return try row.text("order_id")
    }

    func insert(_ seal: IdempotencyKey.Seal, orderID: String) throws {
        let now = RFC3339Time.now.milliseconds
        try transaction.execute(
            """
            DELETE FROM idempotency_keys WHERE key IN
                (SELECT key FROM idempotency_keys WHERE time <= ? ORDER BY time LIMIT ?)
            """, .int(now - Self.lifetime), .int(Self.purged))
        try transaction.execute(
            """
            INSERT INTO idempotency_keys (key, body_hash, order_id, time) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET body_hash = excluded.body_hash, order_id = excluded.order_id,
                time = excluded.time
            """, .text(seal.key), .text(seal.bodyHash), .text(orderID), .int(now))
    }
}
