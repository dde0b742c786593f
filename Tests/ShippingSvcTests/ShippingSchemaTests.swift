import AMQPBridge
import Ledger
import SchemaTesting
import ShopEvents
import Testing

@testable import ShippingSvc

@Suite("Shipping's databases of all times", .timeLimit(.minutes(1)))
struct ShippingSchemaTests {
    private static let schemas = ReleasedSchemas(of: "ShippingSvcTests")

    @Test("what was released stays as it was, and what is new is written down")
    func released() throws {
        #expect(try Self.schemas.complaints(about: ShipmentStore.migrations) == [])
    }

    @Test("everything is there, can be read, and goes on", arguments: [1, 2])
    func old(version: Int) async throws {
        try await OldDatabase.with(version, of: Self.schemas) { old in
            let harm = try await old.harm { try await ShippingDesk.open(at: old.path) { _ in } }
            #expect(harm == [])
            try await ShippingDesk.open(at: old.path) { desk in
                let ids = old.column("order_id", of: "shipments").sorted()
                let shipped = try await desk.facts().filter { $0.state == .shipped }.map(\.orderID)
                #expect(try await desk.facts().map(\.orderID) == ids)
                #expect(shipped.count > 2)
                // What waited to be sent still waits; what has left cannot be cancelled, and leaves once.
                let waiting = try #require(old.column("key", of: "outbox").first)
                try await desk.tell(ShippingDesk.stockTaken(waiting), OrderCancelRequested(orderID: waiting))
                #expect(try await desk.said() == ["\(waiting) shipping.started", "\(waiting) shipping.cancel_refused"])
            }
        }
    }
}
