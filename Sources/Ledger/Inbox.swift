import AMQPBridge
import GRDB

/// Which events have had their effect, and with it the journal of what was handled. The row is inserted first, in the
/// transaction of the effect itself.
enum Inbox {
    static let migrations = [
        Migration(
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
            ]),
        Migration(
            "ledger-inbox-2",
            [
                "ALTER TABLE inbox RENAME TO inbox_1",
                """
                CREATE TABLE inbox (
                    seq INTEGER PRIMARY KEY,
                    source TEXT NOT NULL,
                    event_id TEXT NOT NULL,
                    received_at INTEGER NOT NULL,
                    key TEXT NOT NULL DEFAULT '',
                    event TEXT NOT NULL DEFAULT '',
                    causation_id TEXT,
                    emitted_at INTEGER NOT NULL DEFAULT 0,
                    attempt INTEGER NOT NULL DEFAULT 1,
                    UNIQUE (source, event_id)
                )
                """,
                """
                INSERT INTO inbox (source, event_id, received_at, emitted_at)
                    SELECT source, event_id, received_at, received_at FROM inbox_1 ORDER BY received_at
                """,
                "DROP TABLE inbox_1",
                "CREATE INDEX inbox_received_at ON inbox (received_at)",
                "CREATE INDEX inbox_key ON inbox (key)",
            ]),
    ]

    /// False when the event was there already: its effect stands, and it must have no second one.
    static func insert(_ context: EventContext, at now: RFC3339Time, into database: Database) throws -> Bool {
        let event = context.metadata
        let inserted = try database.run(
            """
            INSERT INTO inbox (source, event_id, received_at, key, event, causation_id, emitted_at, attempt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            .text(event.source), .text(event.id), .int(now.milliseconds), .text(event.subject),
            .text(context.routingKey.rawValue), SQLValue(event.causationID), .int(event.time.milliseconds),
            SQLValue(context.attempt))
        return inserted == 1
    }

    /// As if it had never come.
    static func remove(_ context: EventContext, from database: Database) throws {
        try database.run(
            "DELETE FROM inbox WHERE source = ? AND event_id = ?", .text(context.metadata.source),
            .text(context.metadata.id))
    }

    /// Each end by itself, as SQLite finds only one of both without a walk through all (its query planner's "MIN/MAX
    /// optimization").
    static func size(_ database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: "SELECT COALESCE((SELECT MAX(seq) FROM inbox) - (SELECT MIN(seq) FROM inbox) + 1, 0)") ?? 0
    }

    /// Forgets a few events received before that time; returns how many.
    static func purge(before time: RFC3339Time, limit: Int, in database: Database) throws -> Int {
        try database.run(
            """
            DELETE FROM inbox WHERE seq IN
                (SELECT seq FROM inbox WHERE received_at < ? ORDER BY received_at LIMIT ?)
            """,
            .int(time.milliseconds), SQLValue(limit))
    }
}
