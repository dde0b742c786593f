import Testing

@testable import AMQPBridge

@Suite("A dead letter is the message and its reason", .timeLimit(.minutes(1)))
struct DeadLetterMakingTests {
    @Test("body and properties stay, the reason is in headers")
    func reason() {
        var delivery = Letters.delivery(["colour": "red", "count": 3])
        delivery.properties.priority = 4
        let letter = Letters.letter(delivery)
        #expect(letter.exchange == "depot.rt" && letter.routingKey == "dead" && letter.isMandatory)
        #expect(letter.body == [1, 2, 3])
        #expect(letter.properties.messageID == "e-1" && letter.properties.correlationID == "c-1")
        #expect(letter.properties.priority == 4)
        #expect(
            letter.properties.headers == [
                "colour": "red", "count": 3, "amqpbridge-service": "depot", "amqpbridge-exchange": "test.events",
                "amqpbridge-routing-key": "parcel.sent", "amqpbridge-attempt": 1, "amqpbridge-error-type": "Spilt",
                "amqpbridge-error": "the milk is spilt", "amqpbridge-first-failed": "2026-01-31T08:30:00.000Z",
                "amqpbridge-last-failed": "2026-01-31T08:30:00.000Z",
            ])
    }

    @Test("an error of the bridge is named by its code")
    func bridgeError() {
        let letter = Letters.letter(Letters.delivery(), AMQPError(.undecodable, "the body is empty"))
        #expect(letter.properties.headers["amqpbridge-error-type"] == "undecodable")
        #expect(letter.properties.headers["amqpbridge-error"] == "the body is empty")
    }

    @Test("what would lead the copy astray is stripped")
    func stripped() {
        let astray: AMQPTable = [
            "x-death": .array([.table(["reason": "expired"])]), "CC": .array(["a"]), "BCC": .array(["b"]),
            "x-first-death-exchange": "x", "x-first-death-queue": "x", "x-first-death-reason": "x",
            "x-last-death-exchange": "x", "x-last-death-queue": "x", "x-last-death-reason": "x",
            "x-delivery-count": 2, "x-acquired-count": 2,
        ]
        let kept: AMQPTable = ["cc": "c", "x-deaths": "d", "traceparent": "t"]
        let headers = Letters.letter(Letters.delivery(astray.merging(kept) { $1 })).properties.headers
        #expect(astray.keys.allSatisfy { headers[$0] == nil })
        #expect(headers.filter { kept.keys.contains($0.key) } == kept)
    }

    @Test("the sender's user moves into a header, an expiry goes, and it is persistent")
    func properties() {
        var delivery = Letters.delivery()
        delivery.properties.userID = "mallory"
        delivery.properties.expiration = "1000"
        delivery.properties.isPersistent = false
        let letter = Letters.letter(delivery)
        #expect(letter.properties.userID == nil && letter.properties.expiration == nil)
        #expect(letter.properties.isPersistent)
        #expect(letter.properties.headers["amqpbridge-user-id"] == "mallory")
        let again = Letters.letter(Letters.returned(letter))
        #expect(again.properties.headers["amqpbridge-user-id"] == "mallory")
    }

    @Test("a second failure keeps where and when it began")
    func twice() {
        let first = Letters.letter(Letters.delivery())
        let second = Letters.letter(Letters.returned(first), AMQPError(.timeout, "too slow"), at: Letters.later)
        let headers = second.properties.headers
        #expect(headers["amqpbridge-exchange"] == "test.events")
        #expect(headers["amqpbridge-routing-key"] == "parcel.sent")
        #expect(headers["amqpbridge-attempt"] == 2)
        #expect(headers["amqpbridge-first-failed"] == "2026-01-31T08:30:00.000Z")
        #expect(headers["amqpbridge-last-failed"] == "2026-01-31T08:31:00.000Z")
        #expect(headers["amqpbridge-error-type"] == "timeout" && headers["amqpbridge-error"] == "too slow")
    }

    @Test("a long error is cut between characters", arguments: ["x", "é", "€", "😀", "👩‍👩‍👧‍👦"])
    func longError(character: String) throws {
        for shift in 0..<4 {
            let text = String(repeating: "-", count: shift) + String(repeating: character, count: 3000)
            let letter = Letters.letter(Letters.delivery(), Spilt(description: text))
            let kept = try #require(letter.properties.headers["amqpbridge-error"]?.string)
            #expect(text.hasPrefix(kept) && !kept.contains("\u{FFFD}"))
            #expect(kept.utf8.count <= 2048 && kept.utf8.count > 2048 - character.utf8.count)
        }
    }

    @Test("cutting text", arguments: 0...40)
    func prefix(limit: Int) {
        let text = "aé€😀e\u{301}🇩🇪👩‍👩‍👧‍👦z"
        let cut = text.prefix(utf8Bytes: limit)
        #expect(text.hasPrefix(cut) && cut.utf8.count <= limit)
        let next = text.dropFirst(cut.count).first.map { String($0).utf8.count } ?? limit + 1
        #expect(cut == text || cut.utf8.count + next > limit, "more would have fitted")
    }
}
