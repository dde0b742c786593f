import AMQPBridge
import Foundation
import GRDB

/// Events that are committed and not yet confirmed by the broker.
enum Outbox {
    static let migration = Migration(
        "ledger-outbox-1",
        [
            """
            CREATE TABLE outbox (
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                event_id TEXT NOT NULL UNIQUE,
                type TEXT NOT NULL,
                key TEXT NOT NULL,
                routing_key TEXT NOT NULL,
                audience TEXT NOT NULL,
                correlation_id TEXT NOT NULL,
                source TEXT NOT NULL,
                time INTEGER NOT NULL,
                content_type TEXT NOT NULL,
                body BLOB NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                next_at INTEGER NOT NULL DEFAULT 0,
                last_error TEXT
            )
            """,
            "CREATE INDEX outbox_key ON outbox (key, seq)",
        ])

    struct Row: Sendable {
        var sequence: Int64
        var attempts: Int
        var event: EncodedEvent
    }

    static func insert(_ event: EncodedEvent, into database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO outbox
                    (event_id, type, key, routing_key, audience, correlation_id, source, time, content_type, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            event.id, event.type.rawValue, event.key, event.routingKey.rawValue, event.audience.rawValue,
            event.correlationID, event.source, event.time.milliseconds, event.contentType, Data(event.body),
        ])
    }

    /// The oldest rows that may go now, at most one a key: a row never leaves while an older one of its key waits.
    static func due(at now: RFC3339Time, limit: Int, in database: Database) throws -> [Row] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT * FROM outbox AS o
                WHERE next_at <= ? AND NOT EXISTS
                    (SELECT 1 FROM outbox AS older WHERE older.key = o.key AND older.seq < o.seq)
                ORDER BY seq LIMIT ?
                """)
        return try GRDB.Row.fetchAll(statement, arguments: [now.milliseconds, limit]).map(Self.row)
    }

    private static func row(_ row: GRDB.Row) throws -> Row {
        let body: Data = row["body"]
        let event = EncodedEvent(
            id: row["event_id"], type: EventType(rawValue: row["type"]), key: row["key"],
            routingKey: RoutingKey(row["routing_key"] as String),
            audience: Audience(rawValue: row["audience"]) ?? .required, correlationID: row["correlation_id"],
            source: row["source"], time: RFC3339Time(milliseconds: row["time"]), contentType: row["content_type"],
            body: [UInt8](body))
        return Row(sequence: row["seq"], attempts: row["attempts"], event: event)
    }

    /// Confirmed and routed: the broker has it.
    static func remove(_ rows: [Row], from database: Database) throws {
        let statement = try database.cachedStatement(sql: "DELETE FROM outbox WHERE seq = ?")
        for row in rows { try statement.execute(arguments: [row.sequence]) }
    }

    /// Refused or unroutable: later again, after 1 s doubling to 60 s.
    static func postpone(_ row: Row, error: String, at now: RFC3339Time, in database: Database) throws {
        let delay = min(60_000, Int64(1000) << min(Int64(row.attempts), 6))
        try database.execute(
            sql: "UPDATE outbox SET attempts = attempts + 1, next_at = ?, last_error = ? WHERE seq = ?",
            arguments: [now.milliseconds + delay, error, row.sequence])
    }

    static func count(in database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM outbox") ?? 0
    }
}
