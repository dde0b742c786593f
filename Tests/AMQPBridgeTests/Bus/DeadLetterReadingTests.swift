import Testing

@testable import AMQPBridge

@Suite("A dead letter tells its story", .timeLimit(.minutes(1)))
struct DeadLetterReadingTests {
    @Test("what the bridge wrote")
    func own() {
        let first = Letters.letter(Letters.delivery())
        let letter = Letters.read(
            Letters.letter(Letters.returned(first), AMQPError(.timeout, "slow"), at: Letters.later))
        #expect(letter.service == "depot" && letter.eventID == "e-1" && letter.type == "test.parcel.sent.v1")
        #expect(letter.routingKey == "parcel.sent")
        #expect(letter.attempts == 2)
        #expect(letter.error == "timeout: slow")
        #expect(letter.firstFailed == "2026-01-31T08:30:00.000Z")
        #expect(letter.lastFailed == "2026-01-31T08:31:00.000Z")
        #expect(letter.body == [1, 2, 3])
    }

    private func parked(_ death: AMQPTable, more: [AMQPValue] = []) -> DeadLetter {
        DeadLetter(
            Letters.delivery(["x-death": .array([.table(death)] + more)], exchange: "depot.rt", key: "dead"),
            service: "depot")
    }

    @Test("what the broker parked by itself")
    func parked() {
        let letter = parked([
            "reason": "delivery_limit", "queue": "depot.in", "exchange": "test.events", "count": 1,
            "routing-keys": .array(["parcel.sent", "other"]), "time": .timestamp(1_769_848_200),
        ])
        #expect(letter.routingKey == "parcel.sent")
        #expect(letter.error == "delivery_limit")
        #expect(letter.attempts == 0)
        #expect(letter.firstFailed == "2026-01-31T08:30:00.000Z" && letter.lastFailed == letter.firstFailed)
    }

    @Test("the latest death counts")
    func latest() {
        let letter = parked(
            ["reason": "rejected", "routing-keys": .array(["new"])],
            more: [.table(["reason": "expired", "routing-keys": .array(["old"])])])
        #expect(letter.error == "rejected" && letter.routingKey == "new")
    }

    @Test("what was retried before the broker parked it keeps its first key")
    func parkedAfterRetry() {
        let headers: AMQPTable = [
            "amqpbridge-routing-key": "parcel.sent", "amqpbridge-attempt": 3,
            "x-death": .array([.table(["reason": "delivery_limit", "routing-keys": .array(["in"])])]),
        ]
        let letter = DeadLetter(Letters.delivery(headers, exchange: "depot.rt", key: "dead"), service: "depot")
        #expect(letter.routingKey == "parcel.sent" && letter.attempts == 3 && letter.error == "delivery_limit")
    }

    static let strange: [AMQPValue] = [
        .null, .array([]), .array(["x"]), .array([.table([:])]), .table(["reason": "x"]), .string("x"), .int(1),
        .array([.table(["reason": 5, "routing-keys": "x", "time": "x"])]),
        .array([.table(["reason": .null, "routing-keys": .array([5]), "time": .int(1)])]),
        .array([.array([.table(["reason": "x"])])]),
    ]

    @Test("nonsense in its headers does not hide it", arguments: strange)
    func nonsense(death: AMQPValue) {
        let letter = DeadLetter(Letters.delivery(["x-death": death], key: "dead"), service: "depot")
        #expect(letter.routingKey == "dead" && letter.error == "unknown")
        #expect(letter.firstFailed == nil && letter.lastFailed == nil)
    }

    @Test("any time stamp is a time", arguments: [0, 1, 253_402_300_799, 1 << 50, UInt64(Int64.max), .max])
    func times(seconds: UInt64) throws {
        let letter = parked(["reason": "x", "time": .timestamp(seconds)])
        let time = try #require(letter.firstFailed.flatMap { RFC3339Time($0) })
        #expect(time.milliseconds == Int64(min(seconds, 253_402_300_799)) * 1000 || seconds > 253_402_300_799)
    }

    @Test("a message without anything")
    func bare() {
        let delivery = Delivery(
            tag: DeliveryTag(epoch: 1, value: 1), exchange: "", routingKey: "depot.dead",
            properties: MessageProperties(), body: [])
        let letter = DeadLetter(delivery, service: "depot")
        #expect(letter.eventID == nil && letter.type == nil)
        #expect(letter.routingKey == "depot.dead" && letter.attempts == 0 && letter.error == "unknown")
    }
}
