import AMQPBridge
import Foundation
import Logging

@testable import Ledger

struct NumberAdded: Event, Hashable {
    static let type: EventType = "test.number.added.v1"
    static let routingKey: RoutingKey = "number.added"

    var name: String
    var number: Int

    var subject: String { name }
}

struct TotalChanged: Event, Hashable {
    static let type: EventType = "test.total.changed.v1"
    static let routingKey: RoutingKey = "total.changed"

    var name: String
    var total: Int

    var subject: String { name }
}

struct Refused: Error, Equatable {}

enum Totals {
    static let migrations = [
        Migration(
            "totals-1", ["CREATE TABLE totals (name TEXT PRIMARY KEY, total INTEGER NOT NULL CHECK (total < 1000))"])
    ]

    /// Adds up; refuses zero after it has changed everything it can.
    static func add(_ event: NumberAdded, in transaction: LedgerTransaction) throws -> [any Event] {
        try transaction.execute(
            "INSERT INTO totals (name, total) VALUES (?, 0) ON CONFLICT DO NOTHING", .text(event.name))
        try transaction.execute(
            "UPDATE totals SET total = total + ? WHERE name = ?", SQLValue(event.number), .text(event.name))
        let total = try transaction.first("SELECT total FROM totals WHERE name = ?", .text(event.name))?.int("total")
        if event.number == 0 {
            try transaction.emit(TotalChanged(name: event.name, total: -1))
            throw Refused()
        }
        return [TotalChanged(name: event.name, total: total ?? -1)]
    }
}

/// Hands a fresh folder to the test and removes it afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try await body(path)
}

/// Hands a ledger that adds up to the test.
func withLedger(_ body: (EventLedger) async throws -> Void) async throws {
    try await withFolder { folder in
        let ledger = try openLedger("\(folder)/test.db")
        try await body(ledger)
        try ledger.close()
    }
}

func openLedger(
    _ path: String, migrations: [Migration] = Totals.migrations,
    clock: @escaping @Sendable () -> RFC3339Time = { .now }
) throws -> EventLedger {
    let ledger = try EventLedger(
        path: path, migrations: migrations, encoder: EventEncoder(source: "/test/totals"),
        logger: Logger(label: "test"), lockLimit: .milliseconds(200), clock: clock)
    ledger.on(NumberAdded.self) { event, transaction in try Totals.add(event, in: transaction) }
    return ledger
}

let traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func incoming(_ event: some Event, id: String = UUIDv7().description, source: String = "/test/sender") -> IncomingEvent
{
    let metadata = EventMetadata(
        id: id, source: source, type: type(of: event).type, subject: event.subject, traceparent: traceParent,
        correlationID: "story")
    return IncomingEvent(event: event, context: EventContext(metadata: metadata, routingKey: "number.added"))
}

func incoming(_ name: String, _ number: Int, id: String = UUIDv7().description) -> IncomingEvent {
    incoming(NumberAdded(name: name, number: number), id: id)
}

extension HandlingResult {
    var failure: (any Error)? {
        if case .failed(let error) = self { error } else { nil }
    }
}

extension EventLedger {
    /// Handles one event alone.
    func failure(handling event: IncomingEvent) async throws -> (any Error)? {
        let results = try await handle([event])
        return results.first?.failure
    }

    func totals() async throws -> [String: Int] {
        try await read { transaction in
            let rows = try transaction.query("SELECT name, total FROM totals")
            return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.text("name"), try $0.int("total")) })
        }
    }

    func count(_ table: String) async throws -> Int {
        try await read { try $0.first("SELECT COUNT(*) AS n FROM \(table)")?.int("n") ?? -1 }
    }
}
