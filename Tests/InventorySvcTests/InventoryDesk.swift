import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import InventorySvc

/// The inventory's handlers over a real ledger, for one test.
struct InventoryDesk {
    let ledger: EventLedger

    /// - Parameter stock: what is there at first; of each product, it is low below 5.
    static func open(
        _ stock: [String: Int] = [:], at path: String? = nil, _ migrations: [Migration] = StockStore.migrations,
        _ body: (InventoryDesk) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "inventory-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: path ?? folder + "/inventory.db", migrations: migrations,
            encoder: EventEncoder(source: "/shop/inventory"), logger: Logger(label: "test"))
        InventoryHandlers.register(on: ledger)
        let desk = InventoryDesk(ledger: ledger)
        for (sku, amount) in stock { try await desk.set(sku, amount) }
        try await body(desk)
        try ledger.close()
    }

    func set(_ sku: String, _ amount: Int) async throws {
        _ = try await ledger.write { try StockStore(transaction: $0).set(sku, onHand: amount, reason: "test") }
    }

    /// All in one batch, each under an event id of its own.
    func tell(_ events: any Event...) async throws { try await tell(events.map { Self.incoming($0) }) }

    func tell(_ events: [IncomingEvent]) async throws {
        for result in try await ledger.handle(events) {
            if case .failed(let error) = result { Issue.record("\(error)") }
        }
    }

    static func order(_ id: String, _ lines: [String: Int]) -> OrderCreated {
        OrderCreated(
            orderID: id, customer: Customer(name: "Ann", email: "ann@example.com"), shipTo: "", currency: "EUR",
            lines: lines.sorted { $0.key < $1.key }.map { OrderLine(sku: $0.key, quantity: $0.value) })
    }

    static func incoming(_ event: some Event) -> IncomingEvent {
        let metadata = EventMetadata(
            source: "/test", type: type(of: event).type, subject: event.subject, correlationID: event.subject)
        return IncomingEvent(
            event: event, context: EventContext(metadata: metadata, routingKey: type(of: event).routingKey))
    }

    /// On hand and taken, by product.
    func stock() async throws -> [String: [Int]] {
        try await ledger.read { try StockStore(transaction: $0).list() }
            .reduce(into: [:]) { $0[$1.sku] = [$1.onHand, $1.taken] }
    }

    /// What was said, in turn: of whom and what.
    func said() async throws -> [String] {
        try await ledger.read { transaction in
            try transaction.query("SELECT key, routing_key FROM outbox ORDER BY seq").map {
                "\(try $0.text("key")) \(try $0.text("routing_key"))"
            }
        }
    }

    func decisions() async throws -> [AuditRecord.Decision] {
        try await ledger.read { try DecisionStore(transaction: $0).facts(after: "", limit: 1000) }
    }

    /// For each product the sum of its adjustments is what is on hand and what is taken, and what is taken is what the
    /// decisions say.
    func expectBalance(_ comment: Comment? = nil) async throws {
        let taken = try await decisions().filter { $0.outcome == .taken }.map(\.pieces)
            .reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        for fact in try await ledger.read({ try StockStore(transaction: $0).facts(after: "", limit: 1000) }) {
            #expect(fact.onHand >= 0 && fact.taken >= 0, comment)
            #expect(fact.adjusted == fact.onHand + fact.taken, comment)
            #expect(fact.taken == taken[fact.sku] ?? 0, comment)
        }
    }
}
