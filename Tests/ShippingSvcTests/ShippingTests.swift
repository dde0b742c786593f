import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import ShippingSvc

@Suite("Shipping", .timeLimit(.minutes(1)))
struct ShippingTests {
    @Test func theSameOrderAlwaysGetsTheSameShipment() {
        for _ in 0..<100 {
            let id = UUIDv7().description
            #expect(Shipment(orderID: id) == Shipment(orderID: id))
        }
        let numbers = Set((0..<1000).map { _ in Shipment(orderID: UUIDv7().description).trackingNumber })
        #expect(numbers.count == 1000)
    }

    @Test func anyIDGivesAShipment() {
        for id in ["", "-", "x", String(repeating: "ü", count: 300)] {
            #expect(!Shipment(orderID: id).carrier.isEmpty)
        }
    }

    @Test func anOrderIsShippedOnceHoweverOftenItIsTold() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shipping-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: folder + "/shipping.db", migrations: ShipmentStore.migrations,
            encoder: EventEncoder(source: "/shop/shipping"), logger: Logger(label: "test"))
        ShippingHandlers.register(on: ledger)
        let first = Self.stockTaken("a")
        _ = try await ledger.handle([first, first, Self.stockTaken("a"), Self.stockTaken("b")])
        _ = try await ledger.handle([Self.stockTaken("a"), first])
        let counts = try await ledger.read { transaction in
            let shipments = try transaction.first("SELECT COUNT(*) AS n FROM shipments")?.int("n")
            let events = try transaction.query("SELECT key FROM outbox ORDER BY seq").map { try $0.text("key") }
            return (shipments, events)
        }
        #expect(counts.0 == 2)
        #expect(counts.1 == ["a", "b"])
        try ledger.close()
    }

    private static func stockTaken(_ id: String) -> IncomingEvent {
        let event = InventoryUpdated(
            orderID: id, customer: Customer(name: "Ann", email: "ann@example.com"), shipTo: "",
            lines: [OrderLine(sku: "MUG", quantity: 1)])
        let metadata = EventMetadata(
            source: "/shop/inventory", type: InventoryUpdated.type, subject: id, correlationID: id)
        return IncomingEvent(
            event: event, context: EventContext(metadata: metadata, routingKey: InventoryUpdated.routingKey))
    }
}
