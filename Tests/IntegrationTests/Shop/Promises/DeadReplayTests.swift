import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// A dead letter is no end: replayed it has its effect, once, however often it is replayed.
    @Suite("Dead letters of the shop", .shop, .serialized, .timeLimit(.minutes(3)))
    struct DeadReplay {
        private func deadLetters(_ arguments: String..., shop: ShopFixture) async throws -> [DoneRow] {
            let result = try await shop.command(["dead"] + arguments + ["--json"])
            return try result.checked().rows(of: DoneRow.self)
        }

        /// An order event that the broker parks in the inventory's dead letters while nobody handles it.
        private func park(_ shop: ShopFixture, sku: String) async throws -> (order: String, event: String) {
            try await shop.kill(.inventory)
            let order = try #require(try await shop.place("\(sku)=3").first)
            try await ForeignClient.rejectNext(of: "inventory.in", at: shop.brokerURL)
            let letter = try await waitFor("the letter") {
                try await shop.deadLetters().first { $0.service == "inventory" && $0.error == "rejected" }
            }
            #expect(letter.routingKey == "order.created")
            try await shop.start(.inventory)
            return (order, try #require(letter.eventId))
        }

        @Test("Replayed twice: one effect, and the order goes its way")
        func replayedTwice() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("PARKED=10")
            let (order, event) = try await park(shop, sku: "PARKED")
            // A second letter of the same event, as a crash in the middle of a replay leaves one.
            try await ForeignClient.copyDeadLetter(of: "inventory", at: shop.brokerURL)
            try await waitFor("both letters") {
                try await deadLetters("list", "--id", event, shop: shop).count == 2
            }
            let rows = try await deadLetters("replay", event, shop: shop)
            #expect(rows.map(\.done) == [true, true] && rows.allSatisfy { $0.service == "inventory" })
            #expect(rows.allSatisfy { $0.eventId == event && $0.routingKey == "order.created" && $0.reason == nil })
            try await shop.waitUntilShipped([order])
            // What comes after them in the same queue has had its turn when this one ships.
            let marker = try await shop.place("PARKED=1")
            try await shop.waitUntilShipped([order] + marker)
            #expect(try await shop.stock("PARKED") == StockRow(sku: "PARKED", onHand: 6, taken: 4))
            #expect(try await deadLetters("list", "--service", "inventory", shop: shop).isEmpty)
            let again = try await shop.command("dead", "replay", event)
            #expect(again.exitCode == 1 && again.errors.contains("no dead letter matches"), "\(again.errors)")
        }

        @Test("Replayed while its reason lasts: a letter again, with the story from the beginning")
        func failsAgain() async throws {
            let shop = try ShopFixture.current()
            let message = ForeignMessage("not an event")
            try await ForeignClient.publish(message, to: shop.brokerURL)
            let id = try #require(message.messageId)
            let first = try await waitFor("the letter") {
                try await shop.deadLetters().first { $0.eventId == id }
            }
            let text = try await shop.command("dead", "replay", "--id", id).checked().output
            #expect(text.hasSuffix("1 replayed\n"), "\(text)")
            let second = try await waitFor("the letter's return") {
                try await shop.deadLetters().first { $0.eventId == id && $0.lastFailed != first.lastFailed }
            }
            #expect(second.firstFailed == first.firstFailed && second.routingKey == first.routingKey)
            #expect(second.attempts == first.attempts && second.error == first.error)
            #expect(try await deadLetters("discard", "--id", id, shop: shop).map(\.done) == [true])
        }

        @Test("Discarded: gone, and nothing else is")
        func discarded() async throws {
            let shop = try ShopFixture.current()
            let messages = [ForeignMessage("not an event"), ForeignMessage("nor this"), ForeignMessage("[]")]
            for message in messages { try await ForeignClient.publish(message, to: shop.brokerURL) }
            let ids = messages.map { $0.messageId ?? "" }
            try await waitFor("the letters") {
                Set(try await shop.deadLetters().map(\.eventId)).isSuperset(of: ids)
            }
            for arguments in [["dead", "discard"], ["dead", "replay"], ["dead", "discard", "--json"]] {
                let result = try await shop.command(arguments)
                #expect(result.exitCode == 64 && result.errors.contains("--all"), "\(result.errors)")
            }
            let text = try await shop.command("dead", "discard", ids[1]).checked().output
            #expect(text == "discarded  order  \(ids[1])  -\n1 discarded\n", "\(text)")
            let left = try await shop.deadLetters().map(\.eventId)
            #expect(left.contains(ids[0]) && left.contains(ids[2]) && !left.contains(ids[1]))
            let none = try await shop.command("dead", "discard", "--type", "nothing.like.it", "--json").checked()
            #expect(none.output.isEmpty)
            let old = try await shop.command("dead", "discard", "--older-than", "3d").checked()
            #expect(old.output == "no dead letter matches\n")
            _ = try await deadLetters("discard", "--all", shop: shop)
            #expect(try await shop.deadLetters().isEmpty)
        }

        @Test("No broker: 69; no topology: 1, and the command that makes it", arguments: ["replay", "discard"])
        func nobodyThere(verb: String) async throws {
            let shop = try ShopFixture.current()
            let port = try FreePorts.next()
            let url = try shop.brokerURL.changingURL { $0.port = port }
            let result = try await shop.command("dead", verb, "--all", environment: ["AMQP_URL": url])
            #expect(result.exitCode == 69 && result.errors.contains("127.0.0.1:\(port)"), "\(result.errors)")
            try await shop.withEmptyVirtualHost { url in
                let result = try await shop.command("dead", verb, "--all", environment: ["AMQP_URL": url])
                #expect(result.exitCode == 1 && result.errors.contains("shop topology apply"), "\(result.errors)")
            }
        }

        @Test("What must stay is told with its reason, and the exit code is 1")
        func mustStay() async throws {
            let shop = try ShopFixture.current()
            let message = ForeignMessage(Data(repeating: UInt8(ascii: " "), count: 1_100_000))
            try await ForeignClient.publish(message, to: shop.brokerURL)
            let id = try #require(message.messageId)
            try await waitFor("the letter") { try await shop.deadLetters().contains { $0.eventId == id } }
            let result = try await shop.command("dead", "replay", id, "--json")
            #expect(result.exitCode == 1)
            let row = try #require(try result.rows(of: DoneRow.self).first)
            #expect(row.done == false && row.reason?.contains("1100000 bytes") == true, "\(result.output)")
            let text = try await shop.command("dead", "replay", id)
            #expect(text.exitCode == 1 && text.output.contains("0 replayed, 1 left: "), "\(text.output)")
            #expect(try await deadLetters("discard", id, shop: shop).map(\.done) == [true])
        }
    }
}

struct DoneRow: Decodable, Sendable {
    var service: String
    var eventId: String?
    var type: String?
    var routingKey: String
    var attempts: Int
    var error: String
    var done: Bool?
    var reason: String?
}
