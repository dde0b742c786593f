import Foundation
import ShopRunning
import Testing

extension WholeShop.BadInput {
    struct BadLines: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var lines: String
        var reason: String
    }

    static let badLines = [
        BadLines(testDescription: "none of it", lines: #"[{"sku": "MUG", "quantity": 0}]"#, reason: "MUG"),
        BadLines(testDescription: "less than none", lines: #"[{"sku": "MUG", "quantity": -3}]"#, reason: "MUG"),
        BadLines(testDescription: "too many", lines: #"[{"sku": "MUG", "quantity": 10001}]"#, reason: "10,000"),
        BadLines(
            testDescription: "a product twice",
            lines: #"[{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 2}]"#,
            reason: "two lines"),
        BadLines(testDescription: "no lines", lines: "[]", reason: "no lines"),
        BadLines(
            testDescription: "101 lines",
            lines: "[" + (1...101).map { #"{"sku": "S\#($0)", "quantity": 1}"# }.joined(separator: ",") + "]",
            reason: "100 lines"),
    ]

    @Test("An order that can be answered is stored as rejected, and a mail says why", arguments: badLines)
    func rejected(_ bad: BadLines) async throws {
        let shop = try ShopFixture.current()
        let id = UUID().uuidString.lowercased()
        let message = ForeignMessage(ForeignClient.event(ForeignClient.order(id, lines: bad.lines), subject: id))
        try await ForeignClient.publish(message, to: shop.brokerURL)
        try await shop.waitUntil([id], are: "rejected", mails: ["order.rejected"])
        let mail = try #require(try shop.mails(of: id).first)
        #expect(mail.body.contains(bad.reason), "\(mail.body)")
        #expect(mail.fields["to"]?.contains("ada@example.org") == true)
        #expect(try await shop.deadLetters().contains { $0.eventId == message.messageId } == false)
    }

    @Test("Looking at dead letters again and again changes nothing")
    func looking() async throws {
        let shop = try ShopFixture.current()
        var message = ForeignMessage("not an event")
        message.type = "some.type"
        try await ForeignClient.publish(message, to: shop.brokerURL)
        let letter = try await waitFor("the dead letter") {
            try await shop.deadLetters().first { $0.eventId == message.messageId }
        }
        #expect(letter.type == "some.type")
        #expect(letter.attempts == 1)
        let before = try await shop.deadLetters()
        for _ in 1...Thorough.choose(50, else: 8) { #expect(try await shop.deadLetters() == before) }
        let ready = try await waitFor("the letters back in their queue") {
            let ready = try await shop.queues()["order.dead"]?.ready
            return ready == before.count ? ready : nil
        }
        #expect(ready == before.count)
    }
}
