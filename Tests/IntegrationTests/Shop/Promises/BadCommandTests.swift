import Foundation
import ShopRunning
import Testing

extension WholeShop {
    /// Bad input ends as a dead letter that says why; nothing is lost, and the service goes on.
    @Suite("Bad input", .shop, .serialized, .timeLimit(.minutes(2)))
    struct BadInput {
        struct Case: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var body: Data
            /// What must stand in the reason.
            var reason: String

            init(_ description: String, _ body: Data, _ reason: String) {
                testDescription = description
                self.body = body
                self.reason = reason
            }

            init(_ description: String, _ body: String, _ reason: String) {
                self.init(description, Data(body.utf8), reason)
            }
        }

        private static let id = "0199b5a0-0000-7000-8000-000000000001"
        private static let lines = #"[{"sku": "MUG", "quantity": 1}]"#

        private static func event(email: String) -> String {
            ForeignClient.event(ForeignClient.order(id, lines: lines, email: email))
        }

        private static var invalidUTF8: Data {
            let text = ForeignClient.event(ForeignClient.order(id, lines: lines)).split(separator: "Ada")
            return Data(text[0].utf8) + Data([0xFF, 0xFE, 0xC3]) + Data(text[1].utf8)
        }

        static let cases = [
            Case("not JSON", "this is not JSON", "not valid JSON"),
            Case("empty", "", "the body is empty"),
            Case("cut off", String(event(email: "a@example.org").dropLast(20)), "not valid JSON"),
            Case("invalid UTF-8", invalidUTF8, "JSON"),
            Case("10,000 levels of arrays", String(repeating: "[", count: 10_000), "nested deeper than 32 levels"),
            Case(
                "10,000 levels within the data",
                ForeignClient.event(
                    String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000)),
                "nested deeper than 32 levels"),
            Case(
                "an unknown version",
                ForeignClient.event(ForeignClient.order(id, lines: lines), type: "shop.order.place.v9"),
                "shop.order.place.v9"),
            Case(
                "no order_id", ForeignClient.event(#"{"customer": {"email": "a@example.org"}, "lines": \#(lines)}"#),
                "'order_id' is missing"),
            Case("an order_id that is no UUID", ForeignClient.event(ForeignClient.order("42", lines: lines)), "'42'"),
            Case("CR and LF in the e-mail", event(email: #"a@example.org\r\nBcc: all@example.org"#), "customer.email"),
            Case("no @ in the e-mail", event(email: "nobody"), "customer.email"),
            Case(
                "a quantity in words",
                ForeignClient.event(
                    ForeignClient.order(id, lines: #"[{"sku": "MUG", "quantity": "two"}]"#)), "quantity"),
            Case(
                "more than 1 MiB",
                Data(repeating: UInt8(ascii: " "), count: 1_100_000)
                    + Data(event(email: "a@example.org").utf8), "bytes; services read at most 1048576"),
        ]

        @Test("A dead letter of the order service, with the reason", arguments: cases)
        func deadLetter(_ bad: Case) async throws {
            let shop = try ShopFixture.current()
            let message = ForeignMessage(bad.body)
            try await ForeignClient.publish(message, to: shop.brokerURL)
            let letter = try await waitFor("the dead letter") {
                try await shop.deadLetters().first { $0.eventId == message.messageId }
            }
            #expect(letter.service == "order")
            #expect(letter.routingKey == "order.place")
            #expect(letter.error.contains(bad.reason), "\(letter.error)")
            #expect(letter.error.count < 400)
            #expect(letter.firstFailed != nil)
            #expect(letter.lastFailed == letter.firstFailed)
            #expect(try await shop.order(Self.id) == nil)
            try await expectItGoesOn(shop)
        }

        private func expectItGoesOn(_ shop: ShopFixture) async throws {
            try await shop.setStock("MUG=10")
            try await shop.waitUntilShipped(try await shop.place("MUG=1"))
        }
    }
}
