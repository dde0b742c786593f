import AMQPBridge
import Ledger
import SchemaTesting
import ShopEvents
import Testing

@testable import InventorySvc

@Suite("The inventory's databases of all times", .timeLimit(.minutes(1)))
struct InventorySchemaTests {
    private static let schemas = ReleasedSchemas(of: "InventorySvcTests")

    @Test("what was released stays as it was, and what is new is written down")
    func released() throws {
        #expect(try Self.schemas.complaints(about: StockStore.migrations) == [])
    }

    @Test("everything is there, can be read, and goes on", arguments: [1, 2])
    func old(version: Int) async throws {
        try await OldDatabase.with(version, of: Self.schemas) { old in
            let harm = try await old.harm(changed: ["decisions.pieces"]) {
                try await InventoryDesk.open(at: old.path) { _ in }
            }
            #expect(harm == [])
            try await InventoryDesk.open(at: old.path) { desk in
                let stock = try await desk.ledger.read { try StockStore(transaction: $0).list() }
                #expect(stock.map(\.sku).sorted() == old.column("sku", of: "stock").sorted())
                #expect(stock.contains { $0.taken > 0 })
                #expect(stock.allSatisfy { $0.lowBelow == StockRules.defaultThreshold })
                for item in stock {
                    let adjustments = try await desk.ledger.read {
                        try StockStore(transaction: $0).adjustments(of: item.sku, limit: 100)
                    }
                    #expect(adjustments.map(\.amount).reduce(0, +) == item.onHand + item.taken)
                }
                let decisions = try await desk.decisions()
                #expect(decisions.map(\.orderID) == old.column("order_id", of: "decisions").sorted())
                #expect(Set(decisions.map(\.outcome)).isSuperset(of: [.taken, .refused]))
                // What waited to be sent still waits, and a decision is not made twice.
                let waiting = try #require(old.column("key", of: "outbox").first)
                try await desk.tell(InventoryDesk.order(waiting, ["MUG": 1]))
                #expect(try await desk.said() == ["\(waiting) inventory.updated"])
            }
        }
    }
}
