public import AMQPBridge
import GRDB

/// What came of one attempt at an event.
public enum JournalOutcome: Hashable, Sendable {
    /// It had its effect.
    case handled
    /// It had none; the text says why, up to 1,024 bytes of it are kept.
    case failed(String)
}

/// One attempt of this service at an event, as it is remembered for 30 days.
public struct JournalEntry: Hashable, Sendable {
    /// When this service worked on it.
    public var time: RFC3339Time
    /// The key it was first published with.
    public var event: RoutingKey
    public var eventID: String
    /// Who emitted it.
    public var source: String
    /// The event that led to it; nil for the first of a story.
    public var causationID: String?
    /// When it was emitted, by its emitter's clock.
    public var emittedAt: RFC3339Time
    /// 1 for the first.
    public var attempt: Int
    public var outcome: JournalOutcome
}

extension JournalEntry {
    static func all(of key: String, limit: Int, in database: Database) throws -> [JournalEntry] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT received_at AS time, event, event_id, source, causation_id, emitted_at, attempt, NULL AS error
                    FROM inbox WHERE key = ?
                UNION ALL
                SELECT failed_at, event, event_id, source, causation_id, emitted_at, attempt, error
                    FROM inbox_failures WHERE key = ?
                ORDER BY time, emitted_at, attempt LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [key, key, limit]).map(Self.init)
    }

    private init(_ row: Row) {
        let error: String? = row["error"]
        self.init(
            time: RFC3339Time(milliseconds: row["time"]), event: RoutingKey(row["event"] as String),
            eventID: row["event_id"], source: row["source"], causationID: row["causation_id"],
            emittedAt: RFC3339Time(milliseconds: row["emitted_at"]), attempt: row["attempt"],
            outcome: error.map { .failed($0) } ?? .handled)
    }
}
