import AMQPBridge
import Foundation
import Ledger

/// How the ids of orders are made.
enum OrderIDs: String {
    /// They grow with time: rows of about the same time lie together.
    case v7
    /// Random: every row lies somewhere else.
    case v4
    /// Random, and old orders change as often as young ones: the worst there can be.
    case oldToo = "v4-old-too"

    func next() -> String {
        switch self {
        case .v7: UUIDv7().description
        case .v4, .oldToo: UUID().uuidString.lowercased()
        }
    }

    /// How many of the last orders still change: an order's life is short.
    var alive: Int { self == .oldToo ? .max : 10_000 }
}

/// What the ledger hears.
struct OrderChanged: Event {
    static let type: EventType = "bench.order.changed.v1"
    static let routingKey: RoutingKey = "order.changed"
    var orderID: String
    var total: Int
    var subject: String { orderID }

    /// As a bus would bring it.
    var incoming: IncomingEvent {
        let metadata = EventMetadata(
            source: "/bench/sender", type: Self.type, subject: orderID, correlationID: orderID,
            causationID: UUIDv7().description)
        return IncomingEvent(event: self, context: EventContext(metadata: metadata, routingKey: Self.routingKey))
    }
}

/// What it says.
struct OrderNoted: Event {
    static let type: EventType = "bench.order.noted.v1"
    static let routingKey: RoutingKey = "order.noted"
    var orderID: String
    var total: Int
    var subject: String { orderID }
}

enum OrderTable {
    static let migrations = [
        Migration(
            "orders-1",
            [
                """
                CREATE TABLE orders (
                    id TEXT PRIMARY KEY, status TEXT NOT NULL, total INTEGER NOT NULL, address TEXT NOT NULL,
                    updated_at INTEGER NOT NULL
                )
                """
            ])
    ]

    static func store(_ event: OrderChanged, in transaction: LedgerTransaction) throws {
        try transaction.execute(
            """
            INSERT INTO orders (id, status, total, address, updated_at) VALUES (?, 'placed', ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET total = excluded.total, updated_at = excluded.updated_at
            """,
            .text(event.orderID), SQLValue(event.total), "Ada Example, 12 Long Street, 12345 Somewhere, Nowhere",
            .int(RFC3339Time.now.milliseconds))
    }

    /// None is ever deleted, so the last row's number is how many there are.
    static func count(in transaction: LedgerTransaction) throws -> Int {
        try transaction.first("SELECT coalesce(max(rowid), 0) AS count FROM orders")?.int("count") ?? 0
    }

    /// The ids of that many of the last orders, one by one at random.
    static func some(_ number: Int, ofLast alive: Int, in transaction: LedgerTransaction) throws -> [String] {
        let count = try count(in: transaction)
        guard count > 0 else { return [] }
        return try (0..<number).compactMap { _ in
            let row = Int.random(in: max(1, count - alive + 1)...count)
            return try transaction.first("SELECT id FROM orders WHERE rowid = ?", SQLValue(row))?.text("id")
        }
    }
}

/// A broker that has everything at once.
struct Confirming: EventPublisher {
    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] { events.map { _ in .confirmed } }
}
