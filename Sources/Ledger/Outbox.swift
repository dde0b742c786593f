import AMQPBridge
import GRDB

/// Events that are committed and not yet confirmed by the broker.
///
/// Of each key one row is its *head*: the oldest that is not parked. Only heads have a `next_at`, so what may go now is
/// found without looking at what waits behind them, however much that is.
enum Outbox {
    /// The longest wait after a refusal, in milliseconds.
    private static let maxWait: Int64 = 60_000

    struct Row: Sendable {
        var sequence: Int64
        var attempts: Int
        var event: EncodedEvent
    }

    /// - Parameter causationID: the event that led to it.
    static func insert(_ event: EncodedEvent, causedBy causationID: String?, into database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO outbox
                    (event_id, type, key, routing_key, audience, correlation_id, causation_id, source, time, next_at,
                    content_type, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,
                    CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE key = ? AND parked = 0) THEN NULL ELSE 0 END, ?, ?)
                """)
        let values: [SQLValue] = [
            .text(event.id), .text(event.type.rawValue), .text(event.key), .text(event.routingKey.rawValue),
            .text(event.audience.rawValue), .text(event.correlationID), SQLValue(causationID), .text(event.source),
            .int(event.time.milliseconds), .text(event.key), .text(event.contentType), .blob(event.body),
        ]
        try statement.run(values, in: database)
    }

    /// What may go now, at most one a key: a row never leaves while an older one of its key waits.
    ///
    /// A wait longer than any can be means that the clock was set back: then it is over.
    static func due(at now: RFC3339Time, limit: Int, in database: Database) throws -> [Row] {
        let rows = try rows(dueSQL, now.milliseconds, limit, in: database)
        return try rows.isEmpty ? Self.rows(overdueSQL, now.milliseconds + maxWait, limit, in: database) : rows
    }

    private static func rows(
        _ sql: String, _ time: Int64, _ limit: Int, in database: Database
    ) throws -> [Row] {
        try database.cachedStatement(sql: sql).rows([.int(time), SQLValue(limit)], in: database, Self.row)
    }

    static let dueSQL = "SELECT \(columns) FROM outbox WHERE next_at <= ? ORDER BY next_at, seq LIMIT ?"
    static let overdueSQL = "SELECT \(columns) FROM outbox WHERE next_at > ? ORDER BY next_at, seq LIMIT ?"
    private static let columns = """
        seq, attempts, event_id, type, key, routing_key, audience, correlation_id, source, time, content_type, body
        """

    /// By the places of `columns`: looking for names was a twentieth of what an event costs.
    private static func row(_ row: StatementRow) -> Row {
        let event = EncodedEvent(
            id: row.text(2), type: EventType(rawValue: row.text(3)), key: row.text(4),
            routingKey: RoutingKey(row.text(5)), audience: Audience(rawValue: row.text(6)) ?? .required,
            correlationID: row.text(7), source: row.text(8), time: RFC3339Time(milliseconds: row.int(9)),
            contentType: row.text(10), body: row.blob(11))
        return Row(sequence: row.int(0), attempts: Int(row.int(1)), event: event)
    }

    /// Confirmed and routed: the broker has them, and the next of their keys may go. True when there is one.
    static func remove(_ rows: [Row], from database: Database) throws -> Bool {
        try remove(rows.map(\.sequence), from: database)
        return try advance(rows.map(\.event.key), in: database)
    }

    /// Those of which nobody waits for their keys.
    static func remove(_ numbers: [Int64], from database: Database) throws {
        for range in ranges(numbers) {
            try database.run(
                "DELETE FROM outbox WHERE seq BETWEEN ? AND ?", .int(range.lowerBound), .int(range.upperBound))
        }
    }

    /// True when an event waits for one of these to leave.
    static func hasFollowers(_ rows: [Row], in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(sql: followerSQL)
        return try rows.contains { row in
            let values: [SQLValue] = [.text(row.event.key), .int(row.sequence)]
            return try !statement.rows(values, limit: 1, in: database) { $0.int(0) }.isEmpty
        }
    }

    /// Numbers that follow one another are one range: what was stored together mostly leaves together.
    static func ranges(_ numbers: [Int64]) -> [ClosedRange<Int64>] {
        numbers.sorted().reduce(into: []) { ranges, number in
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
    }

    /// Refused or unroutable: later again, after 1 s doubling to 60 s.
    static func postpone(_ row: Row, error: String, at now: RFC3339Time, in database: Database) throws {
        let delay = min(maxWait, Int64(1000) << min(Int64(row.attempts), 6))
        try database.run(
            "UPDATE outbox SET attempts = attempts + 1, next_at = ?, last_error = ? WHERE seq = ?",
            .int(now.milliseconds + delay), .text(error), .int(row.sequence))
    }

    /// It can never be sent as it is. Others of its key go on without it. True when there is one.
    static func park(_ row: Row, error: String, in database: Database) throws -> Bool {
        try database.run(
            "UPDATE outbox SET parked = 1, next_at = NULL, attempts = attempts + 1, last_error = ? WHERE seq = ?",
            .text(error), .int(row.sequence))
        return try advance([row.event.key], in: database)
    }

    /// Sent again after what is on its way of its key, and before the rest. False when no such event is parked.
    static func unpark(_ eventID: String, in database: Database) throws -> Bool {
        let found = try GRDB.Row.fetchOne(
            database, sql: "SELECT seq, key FROM outbox WHERE parked = 1 AND event_id = ?", arguments: [eventID])
        guard let found else { return false }
        let (sequence, key): (Int64, String) = (found["seq"], found["key"])
        let hasHead = try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE key = ? AND parked = 0)", arguments: [key])
        try database.run("UPDATE outbox SET parked = 0 WHERE seq = ?", .int(sequence))
        if hasHead == false { _ = try advance([key], in: database) }
        return true
    }

    /// The oldest of each key becomes its head; false when none is left of any.
    private static func advance(_ keys: [String], in database: Database) throws -> Bool {
        // Of most keys nothing waits. To see that costs a quarter of an update that changes nothing.
        let waiting = try database.cachedStatement(sql: waitingSQL)
        var hasNewHeads = false
        for key in keys where try !waiting.rows([.text(key)], limit: 1, in: database, { $0.int(0) }).isEmpty {
            let changes = try database.cachedStatement(sql: advanceSQL).run([.text(key)], in: database)
            if changes > 0 { hasNewHeads = true }
        }
        return hasNewHeads
    }

    static let followerSQL = "SELECT seq FROM outbox WHERE key = ? AND parked = 0 AND seq > ? LIMIT 1"
    static let waitingSQL = "SELECT seq FROM outbox WHERE key = ? AND parked = 0 ORDER BY seq LIMIT 1"
    static let advanceSQL = """
        UPDATE outbox SET next_at = 0
        WHERE seq = (SELECT MIN(seq) FROM outbox WHERE key = ? AND parked = 0) AND next_at IS NULL
        """
}
