import AMQPBridge
import ArgumentParser
import Testing

@testable import Shop

@Suite("Dead letters")
struct LetterTests {
    private static let now = RFC3339Time(milliseconds: 1_800_000_000_000)

    private func letter(
        id: String? = "e1", type: String? = "t", failed: String? = "2027-01-15T07:50:00.000Z",
        body: [UInt8] = [UInt8]("{}".utf8)
    ) -> DeadLetter {
        var properties = MessageProperties()
        properties.messageID = id
        properties.type = type
        properties.headers = ["amqpbridge-error": "boom", "amqpbridge-routing-key": "order.created"]
        if let failed { properties.headers["amqpbridge-last-failed"] = .string(failed) }
        let tag = DeliveryTag(epoch: 1, value: 1)
        return DeadLetter(
            Delivery(tag: tag, exchange: "inventory.rt", routingKey: "dead", properties: properties, body: body),
            service: "inventory")
    }

    private func filter(_ arguments: String...) throws -> LetterFilter { try LetterFilter.parse(arguments) }

    @Test func withoutAWishAllMatch() throws {
        #expect(try filter().matches(letter(id: nil, type: nil, failed: nil)))
        #expect(try filter().isEmpty)
    }

    @Test func everyWishCounts() throws {
        #expect(try filter("--service", "inventory", "--id", "e1", "--type", "t").matches(letter()))
        #expect(try !filter("--service", "order").matches(letter()))
        #expect(try !filter("--id", "e2").matches(letter()))
        #expect(try !filter("--id", "e1").matches(letter(id: nil)))
        #expect(try !filter("--type", "u").matches(letter()))
    }

    /// The letter failed ten minutes before `now`.
    @Test(arguments: [("599s", true), ("10m", false), ("11m", false), ("3d", false), ("0s", true)])
    func age(_ age: String, _ matches: Bool) throws {
        #expect(try filter("--older-than", age).matches(letter(), now: Self.now) == matches)
    }

    @Test(arguments: [nil, "yesterday"])
    func withoutATimeNobodyKnowsItsAge(_ time: String?) throws {
        #expect(try !filter("--older-than", "0s").matches(letter(failed: time), now: Self.now))
    }

    @Test func jsonHasEveryField() throws {
        let line = try JSONLine.text(LetterRow(letter: letter(id: nil, type: nil, failed: nil), hasBody: false))
        #expect(
            line
                == #"{"attempts":0,"error":"boom","event_id":null,"first_failed":null,"last_failed":null,"routing_key":"order.created","service":"inventory","type":null}"#
        )
    }

    @Test func aBodyIsTextOrBase64() throws {
        let text = try JSONLine.text(LetterRow(letter: letter(), hasBody: true))
        #expect(text.contains(#""body":"{}""#) && !text.contains("body_base64"))
        let bytes = try JSONLine.text(LetterRow(letter: letter(body: [0xFF, 0x00]), hasBody: true))
        #expect(bytes.contains(#""body":null,"body_base64":"/wA=""#))
    }

    @Test func theCardShowsTheBodyLineByLine() {
        let card = LetterCard(letter: letter(body: [UInt8]("a\n\u{1B}b".utf8)))
        #expect(card.lines.first == "inventory: e1")
        #expect(card.lines.suffix(2) == ["    a", "    \u{FFFD}b"])
    }
}
