import Testing

@testable import AMQPBridge

@Suite("An onlooker reads an event's attributes, whatever its type", .timeLimit(.minutes(1)))
struct CloudEventMetadataTests {
    private func metadata(_ body: String) throws -> EventMetadata {
        try CloudEventsCodec().decodeMetadata(Array(body.utf8))
    }

    @Test("all attributes, the data unread")
    func all() throws {
        let metadata = try metadata(
            #"{"specversion":"1.0","id":"i","source":"/s","type":"nobody.knows.v9","subject":"o","#
                + #""time":"2026-01-02T03:04:05+01:00","correlationid":"k","causationid":"c","traceparent":"t","data":7}"#
        )
        #expect(metadata.id == "i")
        #expect(metadata.type == "nobody.knows.v9")
        #expect(metadata.subject == "o")
        #expect(metadata.time.description == "2026-01-02T02:04:05.000Z")
        #expect(metadata.correlationID == "k")
        #expect(metadata.causationID == "c")
        #expect(metadata.traceparent == "t")
    }

    @Test("no subject is an empty one")
    func noSubject() throws {
        let metadata = try metadata(#"{"specversion":"1.0","id":"i","source":"/s","type":"t"}"#)
        #expect(metadata.subject == "")
        #expect(metadata.correlationID == "")
    }

    @Test(
        "anything else is refused in words",
        arguments: [
            "", "rubbish", "[]", "{}", #"{"specversion":"2.0","id":"i","source":"/s","type":"t"}"#,
            #"{"specversion":"1.0","id":"","source":"/s","type":"t"}"#,
            #"{"specversion":"1.0","id":"i","source":"/s","type":"t","time":"yesterday"}"#,
            #"{"specversion":"1.0","id":"i","source":"/s\u0007","type":"t"}"#,
            String(repeating: "[", count: 1000),
        ])
    func refused(_ body: String) throws {
        let error = try #require(throws: AMQPError.self) { try metadata(body) }
        #expect(error.code == .undecodable)
        #expect(!error.message.isEmpty)
    }
}
