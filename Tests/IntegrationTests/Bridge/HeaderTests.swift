import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Headers and properties arrive as they were sent", .timeLimit(.minutes(1)))
struct HeaderTests {
    private func roundTrip(_ properties: MessageProperties) async throws -> MessageProperties {
        try await withBroker { broker in
            let queue = try await broker.queue("headers")
            let connection = try await broker.connect()
            var publishing = Publishing(to: queue, "body")
            publishing.properties = properties
            try await connection.publish(publishing)
            let deliveries = try await connection.consume(queue, prefetch: 1).take(atLeast: 1)
            return try #require(deliveries.first).properties
        }
    }

    private func roundTrip(headers: AMQPTable) async throws -> AMQPTable {
        var properties = MessageProperties()
        properties.messageID = "id"
        properties.headers = headers
        return try await roundTrip(properties).headers
    }

    @Test("every type of value")
    func everyType() async throws {
        let headers: AMQPTable = [
            "null": .null, "true": true, "false": false,
            "zero": 0, "least": .int(.min), "most": .int(.max), "minus": -1,
            "half": .double(0.5), "tiny": .double(.leastNonzeroMagnitude), "large": .double(.greatestFiniteMagnitude),
            "empty": "", "text": "plain", "long": .string(String(repeating: "x", count: 5000)),
            "no bytes": .bytes([]), "bytes": .bytes([0, 1, 0xCE, 0xFF]),
            "epoch": .timestamp(0), "time": .timestamp(1_700_000_000),
            "no values": .array([]), "values": .array([1, "two", .array([true]), .table(["three": 3]), .null]),
            "no table": .table([:]), "table": .table(["a": .table(["b": .table(["c": .array([.bytes([1])])])])]),
        ]
        let received = try await roundTrip(headers: headers)
        for (name, value) in headers { #expect(received[name] == value, "\(name)") }
        #expect(received.count == headers.count)
    }

    @Test("unsigned numbers come back as signed ones, as RabbitMQ has no other; what does not fit is clamped")
    func unsigned() async throws {
        let received = try await roundTrip(headers: ["small": .unsigned(7), "large": .unsigned(.max)])
        #expect(received == ["small": .int(7), "large": .int(.max)])
        #expect(received["small"]?.int == AMQPValue.unsigned(7).int)
    }

    @Test("any Unicode text, as name and as value")
    func unicode() async throws {
        let texts = ["käse", "日本語", "👩‍👩‍👧‍👦", "e\u{301}", "\u{0}", "a\nb\r\n", "\u{FEFF}", "ß'\"\\"]
        var headers: AMQPTable = [:]
        for text in texts { headers[text] = .string(text) }
        let received = try await roundTrip(headers: headers)
        #expect(received == headers)
        for text in texts {
            #expect(received[text]?.string?.utf8.elementsEqual(text.utf8) == true, "byte for byte: \(text)")
        }
    }

    @Test("a hundred headers, and as many as a frame takes")
    func many() async throws {
        for count in [100, 4000] {
            var headers: AMQPTable = [:]
            for number in 0..<count { headers["header-\(number)"] = .int(Int64(number)) }
            #expect(try await roundTrip(headers: headers) == headers)
        }
    }

    @Test("every property")
    func properties() async throws {
        var properties = MessageProperties()
        properties.contentType = "application/cloudevents+json"
        properties.contentEncoding = "identity"
        properties.headers = ["attempt": 1]
        properties.isPersistent = false
        properties.priority = 9
        properties.correlationID = "correlation ü"
        properties.replyTo = "reply"
        properties.expiration = "60000"
        properties.messageID = "id"
        properties.timestamp = 1_700_000_000
        properties.type = "shop.order.created.v1"
        properties.userID = try user()
        properties.appID = "app"
        #expect(try await roundTrip(properties) == properties)
    }

    @Test("no property: none arrives but the id and the user that publishing gives it")
    func noProperties() async throws {
        var received = try await roundTrip(MessageProperties())
        let user = try user()
        #expect(received.messageID != nil && received.userID == user)
        (received.messageID, received.userID) = (nil, nil)
        #expect(received == MessageProperties())
    }

    @Test("no user either, where the broker has another name for it")
    func noUser() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect { $0.sendsUserID = false }
            try await connection.publish(Publishing(to: queue, "unsigned"))
            let received = try await connection.consume(queue, prefetch: 1).take(atLeast: 1).first
            #expect(received?.properties.userID == nil && received?.body == Array("unsigned".utf8))
        }
    }

    /// Whom the broker knows these tests as.
    private func user() throws -> String { try #require(try BrokerFixture().configuration.endpoints.first).user }

    @Test("the user's name is checked by the broker")
    func userID() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let connection = try await broker.connect()
            var publishing = Publishing(to: queue, "signed")
            publishing.properties.userID = try #require(broker.configuration.endpoints.first).user
            try await connection.publish(publishing)
            let received = try await connection.consume(queue, prefetch: 1).take(atLeast: 1).first?.properties
            #expect(received?.userID == publishing.properties.userID)
            let liar = try await broker.connect()
            publishing.properties.userID = "somebody-else"
            let error = await #expect(throws: AMQPError.self) { try await liar.publish(publishing) }
            #expect(error?.replyCode == 406)
        }
    }
}
