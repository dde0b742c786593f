import AMQPBridge
import Ledger
import SchemaTesting
import ShopEvents
import Testing

@testable import OrderSvc

@Suite("The order service's databases of all times", .timeLimit(.minutes(1)))
struct OrderSchemaTests {
    private static let schemas = ReleasedSchemas(of: "OrderSvcTests")

    @Test("what was released stays as it was, and what is new is written down")
    func released() throws {
        #expect(try Self.schemas.complaints(about: OrderStore.migrations + IdempotencyStore.migrations) == [])
    }

    @Test("everything is there, can be read, and goes on", arguments: [1, 2])
    func old(version: Int) async throws {
        try await OldDatabase.with(version, of: Self.schemas) { old in
            let harm = try await old.harm { try await OrderDesk.open(at: old.path) { _ in } }
            #expect(harm == [])
            try await OrderDesk.open(at: old.path) { desk in
                let ids = old.column("order_id", of: "orders")
                #expect(Set(old.column("status", of: "orders")).isSuperset(of: ["placed", "shipped", "rejected"]))
                let orders = try await desk.ledger.read {
                    try OrderStore(transaction: $0).page(after: nil, status: nil, limit: 1000)
                }
                #expect(orders.map(\.id).sorted() == ids.sorted())
                for order in orders {
                    #expect(order.customer?.email.contains("@") == true)
                    #expect((order.status == .shipped) == (order.trackingNumber != nil))
                    let story = try await desk.ledger.read { try OrderStore(transaction: $0).history(of: order.id) }
                    #expect(story.last?.status == order.status)
                }
                let facts = try await desk.ledger.read { try OrderStore(transaction: $0).facts(after: "", limit: 1000) }
                #expect(facts.map(\.orderID) == ids.sorted())
                // What waited to be sent still waits, and the order it is about goes on.
                let waiting = try #require(old.column("key", of: "outbox").first)
                #expect(try await desk.said(waiting) == ["order.created"])
                try await desk.tell(OrderDesk.started(waiting))
                #expect(try await desk.order(waiting).status == .shipped)
            }
        }
    }
}
