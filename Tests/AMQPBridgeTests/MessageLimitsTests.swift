import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

@Suite("A message that is too large never leaves, not even in part", .timeLimit(.minutes(1)))
struct MessageLimitsTests {
    private static let frameMax = 131_072

    private static let shortStrings: [(name: String, set: @Sendable (inout Publishing, String) -> Void)] = [
        ("exchange", { $0.exchange = ExchangeName($1) }),
        ("routing key", { $0.routingKey = RoutingKey($1) }),
        ("content_type", { $0.properties.contentType = $1 }),
        ("content_encoding", { $0.properties.contentEncoding = $1 }),
        ("correlation_id", { $0.properties.correlationID = $1 }),
        ("reply_to", { $0.properties.replyTo = $1 }),
        ("expiration", { $0.properties.expiration = $1 }),
        ("message_id", { $0.properties.messageID = $1 }),
        ("type", { $0.properties.type = $1 }),
        ("user_id", { $0.properties.userID = $1 }),
        ("app_id", { $0.properties.appID = $1 }),
        ("header name", { $0.properties.headers[$1] = true }),
        ("header name", { $0.properties.headers["outer"] = .table([$1: true]) }),
        ("header name", { $0.properties.headers["outer"] = .array([.table([$1: .table([:])])]) }),
    ]

    @Test("a short string takes 255 bytes and not 256", arguments: shortStrings.indices)
    func shortString(index: Int) throws {
        let (name, set) = Self.shortStrings[index]
        // Counted in bytes: 127 letters of two bytes and one of one.
        for longest in [String(repeating: "x", count: 255), String(repeating: "é", count: 127) + "x"] {
            var publishing = Publishing(exchange: "x", routingKey: "k", body: [])
            set(&publishing, longest)
            _ = try Encoding.bytes(of: publishing, frameMax: Self.frameMax)
            set(&publishing, longest + "x")
            let error = #expect(throws: AMQPError.self) { try Encoding.bytes(of: publishing, frameMax: Self.frameMax) }
            #expect(error?.code == .tooLarge)
            #expect(error?.message.hasPrefix("\(name) has 256 bytes") == true, "\(error?.message ?? "")")
        }
    }

    @Test("numbers that RabbitMQ does not have are refused", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(number: Double) {
        for value in [AMQPValue.double(number), .array([.table(["inner": .double(number)])])] {
            var publishing = Publishing(exchange: "x", routingKey: "k", body: [])
            publishing.properties.headers = ["ratio": value]
            let error = #expect(throws: AMQPError.self) { try Encoding.bytes(of: publishing, frameMax: Self.frameMax) }
            #expect(error?.code == .invalidConfiguration)
        }
    }

    @Test("a body takes one mebibyte and not a byte more")
    func body() throws {
        var publishing = Publishing(exchange: "x", routingKey: "k", body: [UInt8](repeating: 0, count: 1 << 20))
        _ = try Encoding.bytes(of: publishing, frameMax: Self.frameMax)
        publishing.body.append(0)
        let error = #expect(throws: AMQPError.self) { try Encoding.bytes(of: publishing, frameMax: Self.frameMax) }
        #expect(error?.code == .tooLarge)
        #expect(error?.message.contains("1048577") == true)
    }

    @Test("the headers must fit one frame, to the byte")
    func headerFrame() throws {
        var properties = MessageProperties.full
        properties.headers["fill"] = .bytes([UInt8](repeating: 1, count: 3000))
        let publishing = Publishing(exchange: "x", routingKey: "k", properties: properties, body: [])
        let exact = try Encoding.headerFrameSize(of: publishing, frameMax: Self.frameMax)
        #expect(try Encoding.headerFrameSize(of: publishing, frameMax: exact) == exact)
        let error = #expect(throws: AMQPError.self) { try Encoding.bytes(of: publishing, frameMax: exact - 1) }
        #expect(error?.code == .tooLarge)
    }

    @Test("the size worked out beforehand is never less than the real one", arguments: Seeds.all)
    func upperBound(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<300 {
            let properties = MessageProperties.random(using: &generator)
            let publishing = Publishing(exchange: "x", routingKey: "k", properties: properties, body: [])
            let real =
                try Encoding.headerFrameSize(of: publishing, frameMax: 1 << 20) - 12 - MessageLimits.frameOverhead
            let bound = MessageLimits.encodedSize(properties)
            #expect(bound >= real, "seed \(seed), round \(round)")
            // Off by what is left out at most: an empty table, the priority and the timestamp.
            #expect(bound - real <= 13, "seed \(seed), round \(round)")
        }
    }
}
