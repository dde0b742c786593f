import AMQPBridge
import Foundation
import Ledger
import ShopEvents
import Testing

@testable import OrderSvc

@Suite("Orders of earlier versions, and the books", .timeLimit(.minutes(1)))
struct OrderMigrationTests {
    @Test("orders stored by the first version can be read, cancelled and audited")
    func oldRows() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orders-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/order.db"
        try await OrderDesk.open(at: path, Array(OrderStore.migrations.prefix(1))) { desk in
            // placed; rejected at once; rejected for its stock.
            try await insertOld("a", .placed, story: [.placed], desk)
            try await insertOld("b", .rejected, story: [.rejected, .rejected], desk)
            try await insertOld("c", .rejected, story: [.placed, .rejected], desk)
        }
        try await OrderDesk.open(at: path) { desk in
            let facts = try await desk.ledger.read { try OrderStore(transaction: $0).facts(after: "", limit: 10) }
            #expect(facts.map { $0.created } == [true, false, true])
            #expect(facts.map(\.status) == ["placed", "rejected", "rejected"])
            #expect(facts.allSatisfy { $0.addressed })
            #expect(try await desk.order("a").customer == OrderDesk.customer)
            try await desk.tell(ShippingCancelled(orderID: "a"))
            #expect(try await desk.order("a").status == .cancelled)
        }
    }

    private func insertOld(
        _ id: String, _ status: OrderStatus, story: [OrderStatus], _ desk: OrderDesk
    ) async throws {
        try await desk.ledger.write { transaction in
            try transaction.execute(
                """
                INSERT INTO orders (order_id, status, request, reasons, placed_at, updated_at)
                VALUES (?, ?, ?, '[]', 1, 2)
                """, .text(id), .text(status.rawValue), .text(try OrderStore.canonical(OrderDesk.place(id))))
            for (index, status) in story.enumerated() {
                try transaction.execute(
                    "INSERT INTO order_history VALUES (?, ?, 1, ?, 'e', ?, '/s', NULL)", .text(id),
                    SQLValue(index + 1), .text(status.rawValue), .text("\(index)"))
            }
        }
    }

    @Test("pages of any size tell of each order once", arguments: [1, 2, 3, 500])
    func audit(size: Int) async throws {
        try await OrderDesk.open { desk in
            let ids = (0..<5).map { "018f3b1c-7a2e-7c3d-9e4f-00000000000\($0)" }
            try await desk.tell(
                OrderDesk.place(ids[0]), OrderDesk.place(ids[1]), OrderDesk.started(ids[1]),
                CancelOrder(orderID: ids[2]), CancelOrder(orderID: ids[3]), OrderDesk.place(ids[3]))
            var bad = OrderDesk.place(ids[4])
            bad.lines = []
            try await desk.tell(bad)
            var facts: [AuditRecord.Order] = []
            while true {
                let page = try await desk.ledger.read { [last = facts.last?.orderID ?? ""] in
                    try OrderStore(transaction: $0).facts(after: last, limit: size)
                }
                facts += page
                if page.count < size { break }
            }
            #expect(
                facts == [
                    .init(orderID: ids[0], status: "placed", created: true, addressed: true),
                    .init(orderID: ids[1], status: "shipped", created: true, addressed: true),
                    .init(orderID: ids[2], status: "cancelled", created: false, addressed: false),
                    .init(orderID: ids[3], status: "cancelled", created: false, addressed: true),
                    .init(orderID: ids[4], status: "rejected", created: false, addressed: true),
                ])
        }
    }
}
