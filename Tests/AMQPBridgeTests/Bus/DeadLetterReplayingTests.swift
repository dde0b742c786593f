import Testing

@testable import AMQPBridge

@Suite("A replayed event is as it was, for its service alone", .timeLimit(.minutes(1)))
struct DeadLetterReplayingTests {
    private func copy(_ letter: DeadLetter) -> Publishing { letter.replaying(frameMax: 131_072) }

    private func parked(_ headers: AMQPTable, exchange: String = "test.events", key: String = "parcel.sent") -> Delivery
    {
        let death: AMQPTable = [
            "reason": "delivery_limit", "queue": "depot.in", "exchange": .string(exchange), "count": 1,
            "routing-keys": .array([.string(key)]), "time": .timestamp(1_769_848_200),
        ]
        return Letters.delivery(
            headers.merging(["x-death": .array([.table(death)])]) { $1 }, exchange: "depot.rt", key: "dead")
    }

    @Test("what the bridge made a letter of")
    func own() {
        var delivery = Letters.delivery(["colour": "red"])
        delivery.properties.userID = "ada"
        delivery.properties.timestamp = 7
        let publishing = copy(Letters.read(Letters.letter(delivery)))
        #expect(publishing.exchange == "depot.rt" && publishing.routingKey == "in" && publishing.isMandatory)
        #expect(publishing.body == [1, 2, 3])
        var wanted = delivery.properties
        wanted.userID = nil
        wanted.headers = [
            "colour": "red", "amqpbridge-exchange": "test.events", "amqpbridge-routing-key": "parcel.sent",
            "amqpbridge-user-id": "ada", "amqpbridge-first-failed": "2026-01-31T08:30:00.000Z",
            "amqpbridge-replays": 1,
        ]
        #expect(publishing.properties == wanted)
        #expect(ReturnCopy.attempts(of: Letters.returned(publishing)) == 0, "it gets all its attempts anew")
    }

    @Test("what the broker parked")
    func brokers() {
        let headers: AMQPTable = [
            "x-first-death-queue": "depot.in", "x-last-death-reason": "rejected", "CC": .array(["a"]),
            "BCC": .array(["b"]), "x-delivery-count": 21, "x-acquired-count": 21, "colour": "red",
        ]
        var delivery = parked(headers)
        delivery.properties.userID = "ada"
        delivery.properties.isPersistent = false
        delivery.properties.expiration = "1000"
        let properties = copy(DeadLetter(delivery, service: "depot")).properties
        #expect(
            properties.headers == [
                "colour": "red", "amqpbridge-exchange": "test.events", "amqpbridge-routing-key": "parcel.sent",
                "amqpbridge-user-id": "ada", "amqpbridge-first-failed": "2026-01-31T08:30:00.000Z",
                "amqpbridge-replays": 1,
            ])
        #expect(properties.isPersistent && properties.expiration == nil && properties.userID == nil)
    }

    static let forged: AMQPTable = [
        "amqpbridge-exchange": "forged", "amqpbridge-routing-key": "forged", "amqpbridge-user-id": "forged",
        "amqpbridge-first-failed": "forged", "amqpbridge-last-failed": "forged", "amqpbridge-error": "forged",
        "amqpbridge-attempt": 77, "amqpbridge-replays": 77, "amqpbridge-other": "forged",
    ]

    @Test("what a stranger wrote into a message that the broker then parked is not believed")
    func strangers() {
        let letter = DeadLetter(parked(Self.forged), service: "depot")
        #expect(letter.error == "delivery_limit" && letter.attempts == 0 && letter.replays == 0)
        #expect(letter.exchange == "test.events" && letter.routingKey == "parcel.sent" && letter.userID == nil)
        let headers = copy(letter).properties.headers
        #expect(!headers.values.contains("forged"))
        #expect(headers["amqpbridge-replays"] == 1)
    }

    @Test("what the bridge had noted before the broker parked it is")
    func parkedAfterRetry() {
        let noted: AMQPTable = [
            "amqpbridge-exchange": "test.events", "amqpbridge-routing-key": "parcel.sent",
            "amqpbridge-user-id": "ada", "amqpbridge-first-failed": "2026-01-30T08:30:00.000Z",
            "amqpbridge-last-failed": "2026-01-30T08:31:00.000Z", "amqpbridge-error": "boom",
            "amqpbridge-attempt": 2, "amqpbridge-replays": 4,
        ]
        let letter = DeadLetter(parked(noted, exchange: "depot.rt", key: "in"), service: "depot")
        #expect(letter.error == "delivery_limit" && letter.attempts == 2 && letter.replays == 4)
        #expect(letter.lastFailed == "2026-01-31T08:30:00.000Z", "the later of the two")
        #expect(
            copy(letter).properties.headers == [
                "amqpbridge-exchange": "test.events", "amqpbridge-routing-key": "parcel.sent",
                "amqpbridge-user-id": "ada", "amqpbridge-first-failed": "2026-01-30T08:30:00.000Z",
                "amqpbridge-replays": 5,
            ])
    }

    @Test(
        "an id that stands in the body only becomes the message's", arguments: [(5, true), (255, true), (256, false)])
    func idOfBody(length: Int, isKept: Bool) {
        let id = String(repeating: "x", count: length)
        var delivery = parked([:])
        delivery.properties.messageID = nil
        delivery.body = [UInt8](#"{"id": "\#(id)"}"#.utf8)
        delivery.bodySize = UInt64(delivery.body.count)
        #expect(copy(DeadLetter(delivery, service: "depot")).properties.messageID == (isKept ? id : nil))
    }

    @Test("it always fits into a frame", arguments: Letters.frameSizes)
    func fits(frameMax: Int) throws {
        for size in stride(from: frameMax - 2000, through: frameMax, by: 7) {
            let headers: AMQPTable = ["big": .string(String(repeating: "x", count: size))]
            let letter = DeadLetter(parked(headers), service: "depot")
            let publishing = letter.replaying(frameMax: frameMax)
            #expect(throws: Never.self) { try MessageLimits.check(publishing, frameMax: frameMax) }
            let isDropped = publishing.properties.headers["amqpbridge-headers-dropped"] == true
            #expect(isDropped == (publishing.properties.headers["big"] == nil))
        }
    }

    @Test("names longer than any name are cut", arguments: [255, 256, 5000])
    func longNames(length: Int) {
        let long = String(repeating: "é", count: length)
        let letter = DeadLetter(parked([:], exchange: long, key: long), service: "depot")
        let headers = copy(letter).properties.headers
        #expect(headers["amqpbridge-exchange"]?.string?.utf8.count == 254)
        #expect(headers["amqpbridge-routing-key"]?.string?.utf8.count == 254)
    }
}
