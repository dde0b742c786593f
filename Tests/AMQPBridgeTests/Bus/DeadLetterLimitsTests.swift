import Testing

@testable import AMQPBridge

/// A letter that cannot be published would bring its event back for ever.
@Suite("A dead letter fits into a frame, whatever it was made of", .timeLimit(.minutes(1)))
struct DeadLetterLimitsTests {
    /// Makes a letter, and from that the next one, as after a replay; both must fit. Returns the first one's headers.
    @discardableResult
    private func check(_ delivery: Delivery, error: any Error = Spilt(), frameMax: Int) throws -> AMQPTable {
        let letter = Letters.letter(delivery, error, frameMax: frameMax)
        try MessageLimits.check(letter, frameMax: frameMax)
        let next = Letters.letter(Letters.returned(letter), error, frameMax: frameMax)
        try MessageLimits.check(next, frameMax: frameMax)
        return letter.properties.headers
    }

    @Test(
        "headers that leave no room for the reason go, and a mark says so", arguments: Letters.frameSizes,
        [10, 3000, 5000, 7000, 8000, 122_000, 128_000, 131_000, 200_000, 1_000_000])
    func largeHeaders(frameMax: Int, size: Int) throws {
        let sent: AMQPTable = ["large": .string(String(repeating: "x", count: size)), "small": 1]
        let error = Spilt(description: String(repeating: "y", count: 9000))
        let headers = try check(Letters.delivery(sent), error: error, frameMax: frameMax)
        #expect((headers["amqpbridge-headers-dropped"] == true) == (headers["large"] == nil))
        #expect((headers["large"] == nil) == (headers["small"] == nil), "all or none")
        #expect(headers["amqpbridge-routing-key"] == "parcel.sent")
        #expect(headers["large"] != nil || size > frameMax - 4000, "there was room")
    }

    @Test("many small headers, nested ones", arguments: Letters.frameSizes)
    func manyHeaders(frameMax: Int) throws {
        let many = AMQPTable(uniqueKeysWithValues: (0..<20_000).map { ("header-\($0)", AMQPValue.int(Int64($0))) })
        try check(Letters.delivery(many), frameMax: frameMax)
        try check(Letters.delivery(["nested": .table(["array": .array([.table(many)])])]), frameMax: frameMax)
    }

    @Test("longest properties", arguments: Letters.frameSizes)
    func longProperties(frameMax: Int) throws {
        let text = String(repeating: "x", count: 255)
        var delivery = Letters.delivery(exchange: ExchangeName(text), key: RoutingKey(text))
        for field: WritableKeyPath<MessageProperties, String?> in [
            \.contentType, \.contentEncoding, \.correlationID, \.replyTo, \.expiration, \.messageID, \.type, \.userID,
            \.appID,
        ] { delivery.properties[keyPath: field] = text }
        try check(delivery, error: Spilt(description: String(repeating: "y", count: 9000)), frameMax: frameMax)
    }

    /// What a stranger can write into headers of our own names.
    static let strange: [AMQPValue] = [
        .string(String(repeating: "x", count: 500_000)), .string(""), .int(.max), .int(.min), .int(-1),
        .unsigned(.max), .double(.nan), .bool(true), .null, .bytes([1]), .timestamp(.max), .array([]), .table([:]),
    ]

    @Test("our own headers, written by somebody else", arguments: strange, ["test.events", "depot.rt"])
    func forged(value: AMQPValue, exchange: String) throws {
        let names = [
            "attempt", "service", "exchange", "routing-key", "error-type", "error", "first-failed", "last-failed",
            "user-id", "headers-dropped",
        ]
        let forged = AMQPTable(uniqueKeysWithValues: names.map { ("amqpbridge-\($0)", value) })
        for frameMax in Letters.frameSizes {
            let headers = try check(Letters.delivery(forged, exchange: ExchangeName(exchange)), frameMax: frameMax)
            #expect(headers["amqpbridge-service"] == "depot")
            #expect(headers["amqpbridge-error"] == "the milk is spilt")
        }
    }

    @Test("only the service's own return path is believed")
    func trust() {
        let headers: AMQPTable = [
            "amqpbridge-exchange": "forged", "amqpbridge-routing-key": "forged", "amqpbridge-user-id": "forged",
            "amqpbridge-first-failed": "forged",
        ]
        let stranger = Letters.letter(Letters.delivery(headers)).properties.headers
        #expect(!stranger.values.contains("forged"))
        let own = Letters.letter(Letters.delivery(headers, exchange: "depot.rt", key: "in")).properties.headers
        #expect(headers.allSatisfy { own[$0.key] == $0.value })
    }

    @Test("the count of attempts goes on from any number", arguments: [0, 1, 4, 999, .max, .min, -1] as [Int64])
    func attempts(count: Int64) {
        let delivery = Letters.delivery(["amqpbridge-attempt": .int(count)], exchange: "depot.rt")
        #expect(ReturnCopy.attempts(of: delivery) == Int(max(0, min(count, 1_000_000))))
        #expect(Letters.read(Letters.letter(delivery)).attempts == Int(max(0, min(count, 999_999))) + 1)
    }
}
