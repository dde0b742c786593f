import AMQPBridge
import ArgumentParser
import ShopEvents
import Testing

@testable import Shop

@Suite("Dead letters")
struct LetterTests {
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

    @Test func everyOptionIsAWish() throws {
        let filter = try filter(
            "--service", "inventory", "--id", "e1", "--type", "t", "--error", "boom", "--older-than", "10m")
        #expect(filter.services == [.inventory])
        #expect(
            filter.selection
                == DeadLetterSelection(eventID: "e1", type: "t", errorContains: "boom", olderThan: .seconds(600)))
    }

    @Test func withoutAWishAllMatch() throws {
        #expect(try filter().services == ShopService.allCases)
        #expect(try filter().selection == .all)
    }

    @Test func whatIsNeitherChosenNorAll() throws {
        #expect(try filter().isMissing)
        for chosen in [["--all"], ["--service", "order"], ["--id", "e"], ["--type", "t"], ["--error", "x"]] {
            #expect(try !LetterFilter.parse(chosen).isMissing)
        }
        #expect(try !filter("--older-than", "3d").isMissing)
    }

    @Test func theIDMayStandByItself() throws {
        #expect(try ChosenLetters.parse(["e1"]).filter.selection == DeadLetterSelection(eventID: "e1"))
        #expect(try ChosenLetters.parse(["e1", "--id", "e1"]).filter.selection.eventID == "e1")
    }

    @Test func jsonHasEveryField() throws {
        let line = try JSONLine.text(LetterRow(letter: letter(id: nil, type: nil, failed: nil)))
        #expect(
            line
                == #"{"attempts":0,"error":"boom","event_id":null,"first_failed":null,"last_failed":null,"routing_key":"order.created","service":"inventory","type":null}"#
        )
    }

    @Test func aBodyIsTextOrBase64() throws {
        let text = try JSONLine.text(LetterRow(letter: letter(), extras: .body))
        #expect(text.contains(#""body":"{}""#) && !text.contains("body_base64"))
        let bytes = try JSONLine.text(LetterRow(letter: letter(body: [0xFF, 0x00]), extras: .body))
        #expect(bytes.contains(#""body":null,"body_base64":"/wA=""#))
    }

    @Test func theCardShowsTheBodyLineByLine() {
        let card = LetterCard(letter: letter(body: [UInt8]("a\n\u{1B}b".utf8)))
        #expect(card.lines.first == "inventory: e1")
        #expect(card.lines.suffix(2) == ["    a", "    \u{FFFD}b"])
    }
}
