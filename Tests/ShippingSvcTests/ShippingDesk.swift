import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import ShippingSvc

/// Shipping's handlers over a real ledger, for one test.
struct ShippingDesk {
    let ledger: EventLedger

    static func open(
        at path: String? = nil, _ migrations: [Migration] = ShipmentStore.migrations,
        _ body: (ShippingDesk) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shipping-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: path ?? folder + "/shipping.db", migrations: migrations,
            encoder: EventEncoder(source: "/shop/shipping"), logger: Logger(label: "test"))
        ShippingHandlers.register(on: ledger)
        try await body(ShippingDesk(ledger: ledger))
        try ledger.close()
    }

    static func stockTaken(_ id: String) -> InventoryUpdated {
        InventoryUpdated(
            orderID: id, customer: Customer(name: "Ann", email: "ann@example.com"), shipTo: "",
            lines: [OrderLine(sku: "MUG", quantity: 1)])
    }

    /// All in one batch, each under an event id of its own.
    func tell(_ events: any Event...) async throws { try await tell(events.map { Self.incoming($0) }) }

    func tell(_ events: [IncomingEvent]) async throws {
        for result in try await ledger.handle(events) {
            if case .failed(let error) = result { Issue.record("\(error)") }
        }
    }

    static func incoming(_ event: some Event) -> IncomingEvent {
        let metadata = EventMetadata(
            source: "/test", type: type(of: event).type, subject: event.subject, correlationID: event.subject)
        return IncomingEvent(
            event: event, context: EventContext(metadata: metadata, routingKey: type(of: event).routingKey))
    }

    /// What was said, in turn: of whom and what.
    func said() async throws -> [String] {
        try await ledger.read { transaction in
            try transaction.query("SELECT key, routing_key FROM outbox ORDER BY seq").map {
                "\(try $0.text("key")) \(try $0.text("routing_key"))"
            }
        }
    }

    func facts() async throws -> [AuditRecord.Shipment] {
        try await ledger.read { try ShipmentStore(transaction: $0).facts(after: "", limit: 100) }
    }
}
