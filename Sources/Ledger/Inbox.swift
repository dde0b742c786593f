import AMQPBridge
import GRDB

/// Which events have had their effect. The row is inserted first, in the transaction of the effect itself.
enum Inbox {
    static let migration = Migration(
        "ledger-inbox-1",
        [
            """
            CREATE TABLE inbox (
                source TEXT NOT NULL,
                event_id TEXT NOT NULL,
                received_at INTEGER NOT NULL,
                PRIMARY KEY (source, event_id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX inbox_received_at ON inbox (received_at)",
        ])

    /// False when the event was there already: its effect stands, and it must have no second one.
    static func insert(_ event: EventMetadata, at now: RFC3339Time, into database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO inbox (source, event_id, received_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        try statement.execute(arguments: [event.source, event.id, now.milliseconds])
        return database.changesCount == 1
    }

    /// Forgets a few events received before that time; returns how many.
    static func purge(before time: RFC3339Time, limit: Int, in database: Database) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM inbox WHERE (source, event_id) IN
                    (SELECT source, event_id FROM inbox WHERE received_at < ? ORDER BY received_at LIMIT ?)
                """,
            arguments: [time.milliseconds, limit])
        return database.changesCount
    }
}
