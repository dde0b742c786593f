import ShopRunning
import Testing

extension WholeShop {
    /// An order travels the whole way, or ends with a reason.
    @Suite("Orders travel", .shop, .serialized, .timeLimit(.minutes(2)))
    struct Travel {
        @Test("Twenty orders are shipped, with two mails each, and exactly their stock is gone")
        func twentyOrders() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100", "TEE=100")
            let ids = try await shop.place("MUG=2", "TEE=1", count: 20)
            #expect(Set(ids).count == 20)
            try await shop.waitUntilShipped(ids)
            #expect(try await shop.stock("MUG") == StockRow(sku: "MUG", onHand: 60, taken: 40))
            #expect(try await shop.stock("TEE") == StockRow(sku: "TEE", onHand: 80, taken: 20))
        }

        @Test("The story of an order names each event that led to the next")
        func story() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("PEN=1")
            let id = try #require(try await shop.place("PEN=1").first)
            try await shop.waitUntilShipped([id])
            let history = try #require(try await shop.order(id)?.history)
            #expect(history.first?.event == "order.place")
            #expect(history.first?.source == "/shop/cli")
            #expect(Set(history.map(\.event)) == ["order.place", "inventory.updated", "shipping.started"])
            let updated = try #require(history.first { $0.event == "inventory.updated" })
            #expect(history.first { $0.event == "shipping.started" }?.causationId == updated.eventId)
        }

        @Test("Out of stock: rejected, the mail says what is left, and not even the good line is taken")
        func outOfStock() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("RARE=3", "PLENTY=50")
            let ids = try await shop.place("PLENTY=1", "RARE=4")
            try await shop.waitUntil(ids, are: "rejected", mails: ["order.created", "order.rejected"])
            let mail = try #require(try shop.mails(of: ids[0]).first { $0.eventType == "order.rejected" })
            #expect(mail.body.contains("RARE"))
            #expect(mail.body.contains("3"))
            #expect(!mail.body.contains("PLENTY"))
            #expect(try await shop.stock("PLENTY") == StockRow(sku: "PLENTY", onHand: 50, taken: 0))
            #expect(try await shop.stock("RARE") == StockRow(sku: "RARE", onHand: 3, taken: 0))
        }

        @Test("An unknown product: rejected, and the mail says so")
        func unknownProduct() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("KNOWN=5")
            let ids = try await shop.place("KNOWN=1", "NOSUCHTHING=1")
            try await shop.waitUntil(ids, are: "rejected", mails: ["order.created", "order.rejected"])
            let mail = try #require(try shop.mails(of: ids[0]).first { $0.eventType == "order.rejected" })
            #expect(mail.body.contains("NOSUCHTHING"))
            #expect(try await shop.order(ids[0])?.reasons?.contains { $0.contains("NOSUCHTHING") } == true)
            #expect(try await shop.stock("KNOWN") == StockRow(sku: "KNOWN", onHand: 5, taken: 0))
            #expect(try await shop.stock("NOSUCHTHING") == nil)
        }

        @Test("The stock never goes below zero: of ten orders for one each of the last three, three are shipped")
        func lastPieces() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("LAST=3")
            let ids = try await shop.place("LAST=1", count: 10)
            try await waitFor("the end of ten orders") {
                let orders = try await shop.orders()
                return ids.allSatisfy { ["shipped", "rejected"].contains(orders[$0]?.status) }
            }
            let orders = try await shop.orders()
            #expect(ids.filter { orders[$0]?.status == "shipped" }.count == 3)
            #expect(try await shop.stock("LAST") == StockRow(sku: "LAST", onHand: 0, taken: 3))
        }
    }
}
