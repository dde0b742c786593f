import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// What fails waits outside the queue and comes back; what is merely out of order for a while counts as nothing.
    @Suite("Retries of the shop", .shop, .serialized, .timeLimit(.minutes(4)))
    struct Ladder {
        @Test("an event about an order that nobody knows is a letter at once, and the rest goes on")
        func unknownOrder() async throws {
            let shop = try ShopFixture.current()
            let id = UUID().uuidString.lowercased()
            var message = ForeignMessage(
                ForeignClient.event(
                    ForeignClient.order(id, lines: #"[{"sku": "MUG", "quantity": 1}]"#),
                    type: "shop.inventory.updated.v1", subject: id))
            message.routingKey = "inventory.updated"
            message.type = "shop.inventory.updated.v1"
            try await ForeignClient.publish(message, to: shop.brokerURL)
            try await shop.setStock("CUP=5")
            let placed = try await shop.place("CUP=1")
            try await shop.waitUntilShipped(placed)
            let letter = try await waitFor("the letter") {
                try await shop.deadLetters().first { $0.service == "order" }
            }
            #expect(letter.attempts == 1 && letter.routingKey == "inventory.updated")
            #expect(letter.error.contains("there is no order \(id)"), "\(letter.error)")
            #expect(try await shop.command("dead", "discard", "--service", "order", "--all").exitCode == 0)
        }

        @Test("the mail folder is gone: mail waits, nothing is given up, readiness says so; then all of it leaves")
        func noMail() async throws {
            let shop = try ShopFixture.current()
            let mail = shop.folder.appending(path: "mail")
            let away = shop.folder.appending(path: "mail-away")
            try await shop.setStock("PEN=100")
            try FileManager.default.moveItem(at: mail, to: away)
            // A file in its place: not even root can make a folder there.
            try Data().write(to: mail)
            let ids = try await shop.place("PEN=1", count: 25)
            let notify = try await shop.process(.notify)
            _ = try await waitFor("a word about the mail") {
                let health = try await notify.health("ready")
                return health.status == 503 && health.body.contains("cannot store mail") ? true : nil
            }
            #expect(try await shop.deadLetters().isEmpty)
            try FileManager.default.removeItem(at: mail)
            try FileManager.default.moveItem(at: away, to: mail)
            try await shop.waitUntilShipped(ids)
            #expect(try shop.mails().filter { ids.contains($0.orderID) }.count == 50)
            try await notify.waitUntilReady()
            #expect(try await shop.deadLetters().isEmpty)
        }
    }
}
