public import AMQPBridge
import GRDB

/// An event that is committed and not yet confirmed by the broker.
public struct OutboxEntry: Hashable, Sendable {
    /// Its place among what waits: higher for what was emitted later.
    public var number: Int64
    /// Its subject: events of one subject leave in order.
    public var key: String
    /// The key it is published with.
    public var event: RoutingKey
    public var eventID: String
    /// The event that led to it; nil for the first of a story.
    public var causationID: String?
    /// When it was emitted.
    public var time: RFC3339Time
    /// How often the broker refused it.
    public var attempts: Int
    /// Not before then it is sent again; nil when it can go now, waits for an older one of its subject, or is parked.
    public var nextAt: RFC3339Time?
    /// Why it was refused last; nil when it was not.
    public var lastError: String?
    /// True when it will not be sent again by itself: see ``EventLedger/unpark(_:)``.
    public var parked: Bool
}

extension OutboxEntry {
    private static let columns =
        "seq, key, routing_key, event_id, causation_id, time, attempts, next_at, last_error, parked"

    static func all(of key: String, limit: Int, in database: Database) throws -> [OutboxEntry] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM outbox WHERE key = ? ORDER BY seq LIMIT ?")
        return try Row.fetchAll(statement, arguments: [key, limit]).map(Self.init)
    }

    static func all(after number: Int64, limit: Int, in database: Database) throws -> [OutboxEntry] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?")
        return try Row.fetchAll(statement, arguments: [number, limit]).map(Self.init)
    }

    private init(_ row: Row) {
        let nextAt: Int64? = row["next_at"]
        self.init(
            number: row["seq"], key: row["key"], event: RoutingKey(row["routing_key"] as String),
            eventID: row["event_id"], causationID: row["causation_id"],
            time: RFC3339Time(milliseconds: row["time"]), attempts: row["attempts"],
            nextAt: nextAt.flatMap { $0 > 0 ? RFC3339Time(milliseconds: $0) : nil }, lastError: row["last_error"],
            parked: row["parked"])
    }
}
