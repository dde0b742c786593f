import AMQPBridge
import Ledger
import SchemaTesting
import ShopEvents
import Testing

@testable import BoardSvc

@Suite("The board's databases of all times", .timeLimit(.minutes(1)))
struct BoardSchemaTests {
    private static let schemas = ReleasedSchemas(of: "BoardSvcTests")

    @Test("what was released stays as it was, and what is new is written down")
    func released() throws {
        #expect(try Self.schemas.complaints(about: BoardDesk.migrations) == [])
    }

    @Test("everything is there, can be read, and goes on", arguments: [1])
    func old(version: Int) async throws {
        try await OldDatabase.with(version, of: Self.schemas) { old in
            let harm = try await old.harm { try await BoardDesk.open(at: old.path) { _ in } }
            #expect(harm == [])
            try await BoardDesk.open(at: old.path) { desk in
                let orders = try await desk.orders()
                #expect(orders.map(\.orderID).sorted() == old.column("order_id", of: "orders").sorted())
                #expect(Set(orders.map(\.status)).isSuperset(of: ["shipped", "rejected"]))
                let heard = old.column("number", of: "heard").count
                let counts = try await desk.ledger.read { try HeardStore(transaction: $0).counts(after: 0) }
                #expect(heard > 10 && counts.map(\.count).reduce(0, +) == heard)
                let start = try #require(old.number("start", of: "placed").max())
                let points = try await desk.points(before: start + PaceStore.step, count: 720)
                #expect(points.map(\.placed).reduce(0, +) == old.number("orders", of: "placed").reduce(0, +))
                #expect(points.map(\.shipped).reduce(0, +) == old.number("orders", of: "shipped").reduce(0, +))
                try await desk.hear(BoardDesk.event("shop.order.created.v1", at: 0))
                #expect(try await desk.orders().count == orders.count + 1)
            }
        }
    }
}
