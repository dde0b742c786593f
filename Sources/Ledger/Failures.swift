import AMQPBridge
import GRDB

/// The journal of what failed: one row for each attempt at an event that did.
enum Failures {
    static let migration = Migration(
        "ledger-failures-1",
        [
            """
            CREATE TABLE inbox_failures (
                seq INTEGER PRIMARY KEY,
                source TEXT NOT NULL,
                event_id TEXT NOT NULL,
                failed_at INTEGER NOT NULL,
                key TEXT NOT NULL,
                event TEXT NOT NULL,
                causation_id TEXT,
                emitted_at INTEGER NOT NULL,
                attempt INTEGER NOT NULL,
                error TEXT NOT NULL
            )
            """,
            "CREATE INDEX inbox_failures_failed_at ON inbox_failures (failed_at)",
            "CREATE INDEX inbox_failures_key ON inbox_failures (key, event_id)",
        ])

    /// An error's text is kept up to here, in bytes.
    static let maxErrorBytes = 1024

    /// Notes an attempt that failed. One that is repeated uncounted, as in an outage, stays one row with its last error.
    static func note(
        _ context: EventContext, error: String, at now: RFC3339Time, in database: Database
    ) throws {
        let event = context.metadata
        // No text in a database can hold a NUL.
        let text = String(error.replacing("\0", with: "\u{FFFD}").prefix(utf8Bytes: maxErrorBytes))
        let repeated = try database.run(
            """
            UPDATE inbox_failures SET failed_at = ?, error = ? WHERE attempt = ? AND seq =
                (SELECT MAX(seq) FROM inbox_failures WHERE key = ? AND event_id = ? AND source = ?)
            """,
            .int(now.milliseconds), .text(text), SQLValue(context.attempt), .text(event.subject), .text(event.id),
            .text(event.source))
        guard repeated == 0 else { return }
        try database.run(
            """
            INSERT INTO inbox_failures
                (source, event_id, failed_at, key, event, causation_id, emitted_at, attempt, error)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(event.source), .text(event.id), .int(now.milliseconds), .text(event.subject),
            .text(context.routingKey.rawValue), SQLValue(event.causationID), .int(event.time.milliseconds),
            SQLValue(context.attempt), .text(text))
    }

    /// Forgets a few failures from before that time; returns how many.
    static func purge(before time: RFC3339Time, limit: Int, in database: Database) throws -> Int {
        try database.run(
            """
            DELETE FROM inbox_failures WHERE seq IN
                (SELECT seq FROM inbox_failures WHERE failed_at < ? ORDER BY failed_at LIMIT ?)
            """,
            .int(time.milliseconds), SQLValue(limit))
    }
}
