import Foundation
import ShopRunning
import Testing

extension WholeShop {
    /// Placing is idempotent: the id is the order.
    @Suite("The same order again", .shop, .serialized, .timeLimit(.minutes(2)))
    struct Idempotence {
        private func place(_ id: String, _ line: String, _ shop: ShopFixture) async throws {
            _ = try await shop.command(
                "order", "place", "--email", "ada@example.org", "--line", line, "--id", id
            ).checked()
        }

        @Test("Placed twice under one id: one order, one set of mails, taken once")
        func twice() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("TWICE=10")
            let id = UUID().uuidString.lowercased()
            for _ in 1...2 { try await place(id, "TWICE=3", shop) }
            try await shop.waitUntilShipped([id])
            // Also when it has long been shipped, and in capitals.
            try await place(id.uppercased(), "TWICE=3", shop)
            let marker = try await shop.place("TWICE=1")
            try await shop.waitUntilShipped([id] + marker)
            #expect(try await shop.stock("TWICE") == StockRow(sku: "TWICE", onHand: 6, taken: 4))
            #expect(try await shop.deadLetters().isEmpty == true)
        }

        @Test("The same id with another body: a dead letter that says why, and the first order stands")
        func anotherBody() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("OTHER=10")
            let id = UUID().uuidString.lowercased()
            try await place(id, "OTHER=1", shop)
            try await shop.waitUntilShipped([id])
            try await place(id, "OTHER=2", shop)
            let letter = try await waitFor("a dead letter") {
                try await shop.deadLetters().first { $0.error.contains(id) }
            }
            #expect(letter.service == "order")
            #expect(letter.routingKey == "order.place")
            #expect(letter.type == "shop.order.place.v1")
            #expect(letter.error.contains("other contents"))
            try await shop.waitUntilShipped([id])
            #expect(try await shop.stock("OTHER") == StockRow(sku: "OTHER", onHand: 9, taken: 1))
        }
    }
}
