public import AMQPBridge
import GRDB

/// How far the outbox is behind.
public struct OutboxState: Hashable, Sendable {
    /// Events that are still to be sent.
    public var waiting: Int
    /// Events that will not be sent again by themselves: see ``EventLedger/unpark(_:)``.
    public var parked: Int
    /// When the oldest of those that wait was emitted; nil when none does.
    public var oldest: RFC3339Time?

    /// How long the oldest has waited; zero when none does.
    public func lag(at now: RFC3339Time = .now) -> Duration { Self.lag(of: oldest, at: now) }

    private static func lag(of oldest: RFC3339Time?, at now: RFC3339Time) -> Duration {
        .milliseconds(oldest.map { max(0, now.milliseconds - $0.milliseconds) } ?? 0)
    }
}

extension OutboxState {
    init(_ database: Database) throws {
        let all = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM outbox") ?? 0
        parked = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM outbox WHERE parked = 1") ?? 0
        waiting = all - parked
        oldest = try Self.oldest(database)
    }

    /// Cheap, however many there are.
    static func lag(at now: RFC3339Time, in database: Database) throws -> Duration {
        lag(of: try oldest(database), at: now)
    }

    /// Cheap, however many there are.
    static func oldest(_ database: Database) throws -> RFC3339Time? {
        let statement = try database.cachedStatement(
            sql: "SELECT time FROM outbox WHERE parked = 0 ORDER BY seq LIMIT 1")
        return try Int64.fetchOne(statement).map { RFC3339Time(milliseconds: $0) }
    }
}
