import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// Shipping is the point of no return; whoever comes first, the books agree.
    @Suite("Cancelling", .shop, .serialized, .timeLimit(.minutes(2)))
    struct Cancelling {
        @Test("A wish that overtakes its order: never confirmed, nothing taken, one mail")
        func beforeItsOrder() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("EARLY=5")
            let id = UUID().uuidString.lowercased()
            try await shop.cancel(id)
            try await waitFor("the tombstone") { try await shop.order(id)?.status == "cancelled" }
            let order = ["order", "place", "--email", "ada@example.org", "--line", "EARLY=1", "--id", id]
            _ = try await shop.command(order).checked()
            try await shop.waitUntil([id], are: "cancelled", mails: ["order.cancelled"])
            // Twice is once.
            _ = try await shop.command(order).checked()
            try await shop.cancel(id.uppercased())
            let marker = try await shop.place("EARLY=1")
            try await shop.waitUntilShipped(marker)
            #expect(try await shop.stock("EARLY") == StockRow(sku: "EARLY", onHand: 4, taken: 1))
            #expect(try shop.mails(of: id).count == 1)
            #expect(try await shop.audit().balanced)
        }

        @Test("An order that is cancelled on its way: its stock comes back, and two mails tell")
        func onItsWay() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("BACK=5")
            // It is cancelled while the inventory has not heard of it; then both pieces of news come, the order's first.
            try await shop.kill(.inventory)
            let id = try #require(try await shop.place("BACK=2").first)
            try await waitFor("the order") { try await shop.order(id)?.status == "placed" }
            try await shop.cancel(id)
            try await shop.waitUntil([id], are: "cancelled", mails: ["order.created", "order.cancelled"])
            try await shop.start(.inventory)
            let marker = try await shop.place("BACK=1")
            try await shop.waitUntilShipped(marker)
            #expect(try await shop.stock("BACK") == StockRow(sku: "BACK", onHand: 4, taken: 1))
            let row = try await shop.audit()
            #expect(row.balanced && row.inFlight == 0, "\(row.problems)")
        }

        @Test("What has left stays shipped")
        func tooLate() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("LEFT=5")
            let ids = try await shop.place("LEFT=1")
            try await shop.waitUntilShipped(ids)
            try await shop.cancel(ids[0])
            try await waitFor("the wish in the order's story") {
                try await shop.order(ids[0])?.history?.contains { $0.event == "order.cancel" } == true
            }
            #expect(try await shop.order(ids[0])?.status == "shipped")
            #expect(try await shop.audit().balanced)
        }

        @Test("Wishes that race with their orders: each ends once, and the books balance whatever wins")
        func race() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("RACE=50")
            let ids = try await shop.place("RACE=1", count: 6)
            try await withThrowingTaskGroup { group in
                for id in ids { group.addTask { try await shop.cancel(id) } }
                try await group.waitForAll()
            }
            try await waitFor("the end of six orders") {
                let orders = try await shop.orders()
                return ids.allSatisfy { ["shipped", "cancelled"].contains(orders[$0]?.status) }
            }
            let row = try await shop.audit()
            #expect(row.balanced && row.inFlight == 0, "\(row.problems)")
            let orders = try await shop.orders()
            let shipped = ids.filter { orders[$0]?.status == "shipped" }.count
            #expect(try await shop.stock("RACE") == StockRow(sku: "RACE", onHand: 50 - shipped, taken: shipped))
        }
    }
}
