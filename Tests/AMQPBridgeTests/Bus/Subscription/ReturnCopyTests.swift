import Testing

@testable import AMQPBridge

@Suite("Copies on the own return path carry what counts, and nothing that leads astray", .timeLimit(.minutes(1)))
struct ReturnCopyTests {
    enum Kind: CaseIterable {
        case retry, waiting, again, dead
    }

    private static let rung = RetryLadder.standard.steps[1]

    private static func copy(
        _ kind: Kind, _ delivery: Delivery, frameMax: Int = 131_072, at now: RFC3339Time = Letters.start
    ) -> Publishing {
        let copies = ReturnCopy(topology: Letters.topology, frameMax: frameMax, now: now)
        return switch kind {
        case .retry: copies.retry(delivery, failure: Spilt(), on: rung)
        case .waiting: copies.waiting(delivery, on: rung)
        case .again: copies.again(delivery)
        case .dead: copies.deadLetter(delivery, failure: Spilt())
        }
    }

    /// As the copy is delivered again.
    private static func delivered(_ copy: Publishing) -> Delivery { Letters.returned(copy) }

    @Test("each goes its way, persistent, and somebody must be there to take it")
    func ways() {
        let keys = Kind.allCases.map { Self.copy($0, Letters.delivery()).routingKey.rawValue }
        #expect(keys == ["retry.10s", "retry.10s", "in", "dead"])
        for kind in Kind.allCases {
            let copy = Self.copy(kind, Letters.delivery())
            #expect(copy.exchange == "depot.rt" && copy.isMandatory && copy.properties.isPersistent)
            #expect(copy.body == [1, 2, 3] && copy.properties.messageID == "e-1")
        }
    }

    @Test("only a failure is an attempt, and only a failure has a reason", arguments: Kind.allCases)
    func attempts(kind: Kind) {
        let isFailure = kind == .retry || kind == .dead
        for (before, exchange) in [(0, "test.events"), (3, "depot.rt")] {
            let sent: AMQPTable = before > 0 ? ["amqpbridge-attempt": .int(Int64(before))] : [:]
            let copy = Self.copy(kind, Letters.delivery(sent, exchange: ExchangeName(exchange)))
            let after = ReturnCopy.attempts(of: Self.delivered(copy), Letters.topology)
            #expect(after == before + (isFailure ? 1 : 0))
            #expect((copy.properties.headers["amqpbridge-error"] == "the milk is spilt") == isFailure)
            #expect((copy.properties.headers["amqpbridge-first-failed"] != nil) == isFailure)
        }
    }

    @Test("attempts from elsewhere are not believed, whatever they say", arguments: Kind.allCases)
    func forged(kind: Kind) {
        for value: AMQPValue in [4, .int(.max), .int(-1), "4", .bool(true), .unsigned(.max)] {
            let forged: AMQPTable = ["amqpbridge-attempt": value, "amqpbridge-replays": value]
            for exchange in ["test.events", "", "other.rt"] {
                let delivery = Letters.delivery(forged, exchange: ExchangeName(exchange))
                #expect(ReturnCopy.attempts(of: delivery, Letters.topology) == 0)
                let headers = Self.copy(kind, delivery).properties.headers
                #expect(headers["amqpbridge-attempt"] == (kind == .retry || kind == .dead ? 1 : nil))
                #expect(headers["amqpbridge-replays"] == nil)
            }
        }
    }

    @Test("what the broker and strangers wrote is stripped, the sender's own is kept", arguments: Kind.allCases)
    func stripped(kind: Kind) {
        let astray: AMQPTable = [
            "x-death": .array([]), "CC": .array(["a"]), "BCC": .array(["b"]), "x-first-death-queue": "q",
            "x-last-death-reason": "r", "x-delivery-count": 12, "x-acquired-count": 12, "amqpbridge-unheard-of": "x",
        ]
        var delivery = Letters.delivery(astray.merging(["colour": "red", "x-tenant": 7, "cc": "c"]) { $1 })
        delivery.properties.userID = "ada"
        delivery.properties.expiration = "1000"
        let copy = Self.copy(kind, delivery)
        #expect(astray.keys.allSatisfy { copy.properties.headers[$0] == nil })
        #expect(copy.properties.headers["colour"] == "red" && copy.properties.headers["x-tenant"] == 7)
        #expect(copy.properties.headers["cc"] == "c")
        #expect(copy.properties.userID == nil && copy.properties.expiration == nil)
        #expect(copy.properties.headers["amqpbridge-user-id"] == "ada")
    }

    @Test("through many copies of all kinds, where it came from, its first failure and its replays stay")
    func manyCopies() {
        var delivery = Letters.delivery(
            ["amqpbridge-replays": 2, "amqpbridge-exchange": "test.events", "amqpbridge-routing-key": "parcel.sent"],
            exchange: "depot.rt", key: "in")
        var failures = 0
        for (round, kind) in [Kind.retry, .waiting, .waiting, .retry, .again, .again, .retry, .dead].enumerated() {
            let time = RFC3339Time(milliseconds: Letters.start.milliseconds + Int64(round) * 1000)
            delivery = Self.delivered(Self.copy(kind, delivery, at: time))
            if kind == .retry || kind == .dead { failures += 1 }
            let headers = delivery.properties.headers
            #expect(headers["amqpbridge-replays"] == 2)
            #expect(headers["amqpbridge-exchange"] == "test.events")
            #expect(headers["amqpbridge-routing-key"] == "parcel.sent")
            #expect(headers["amqpbridge-first-failed"] == "2026-01-31T08:30:00.000Z")
            #expect(headers["amqpbridge-attempt"] == .int(Int64(failures)))
            #expect(headers["amqpbridge-error"] == "the milk is spilt", "waiting does not forget the reason")
        }
        #expect(delivery.properties.headers["amqpbridge-last-failed"] == "2026-01-31T08:30:07.000Z")
    }

    @Test("headers that leave no room go, and what counts stays", arguments: Kind.allCases, Letters.frameSizes)
    func frames(kind: Kind, frameMax: Int) throws {
        for size in [frameMax / 2] + Array(stride(from: frameMax - 3000, through: frameMax + 10, by: 23)) {
            let large: AMQPTable = [
                "large": .string(String(repeating: "x", count: size)), "amqpbridge-attempt": 2,
                "amqpbridge-routing-key": "parcel.sent", "amqpbridge-replays": 1,
            ]
            let copy = Self.copy(kind, Letters.delivery(large, exchange: "depot.rt", key: "in"), frameMax: frameMax)
            try MessageLimits.check(copy, frameMax: frameMax)
            let headers = copy.properties.headers
            #expect((headers["large"] == nil) == (headers["amqpbridge-headers-dropped"] == true))
            #expect(headers["amqpbridge-attempt"] == (kind == .retry || kind == .dead ? 3 : 2))
            #expect(headers["amqpbridge-replays"] == 1 && headers["amqpbridge-routing-key"] == "parcel.sent")
            if size == frameMax / 2 { #expect(headers["large"] != nil) }
        }
    }
}
