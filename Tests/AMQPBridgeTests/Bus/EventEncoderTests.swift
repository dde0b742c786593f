import Foundation
import Testing

@testable import AMQPBridge

@Suite("An encoded event carries what brokers and receivers need", .timeLimit(.minutes(1)))
struct EventEncoderTests {
    private let encoder = EventEncoder(source: "/test/depot")

    @Test("the message's properties repeat the event's")
    func properties() throws {
        let event = try encoder.encode(Events.parcel)
        let publishing = event.publishing(to: "test.events")
        let (metadata, _) = try Events.decode(publishing.body)
        #expect(publishing.exchange == "test.events")
        #expect(publishing.routingKey == "parcel.sent")
        #expect(publishing.properties.messageID == metadata.id)
        #expect(publishing.properties.correlationID == "p-1")
        #expect(publishing.properties.type == "test.parcel.sent.v1")
        #expect(publishing.properties.appID == "/test/depot")
        #expect(publishing.properties.timestamp == UInt64(metadata.time.milliseconds / 1000))
        #expect(publishing.properties.contentType == "application/cloudevents+json")
        #expect(publishing.properties.isPersistent)
        #expect(publishing.properties.headers == [:])
        #expect(publishing.properties.userID == nil && publishing.properties.expiration == nil)
    }

    @Test("somebody must listen, unless the event says otherwise")
    func audience() throws {
        #expect(try encoder.encode(Events.parcel).publishing(to: "x").isMandatory)
        #expect(try !encoder.encode(ParcelSeen(parcelID: "p")).publishing(to: "x").isMandatory)
    }

    @Test("the first event of a story has no cause and gives the story its name")
    func first() throws {
        let event = try encoder.encode(Events.parcel)
        let (metadata, _) = try Events.decode(event.body)
        #expect(event.key == "p-1")
        #expect(metadata.causationID == nil)
        // Everybody who meets the story makes the same trace of it.
        #expect(metadata.traceparent == TraceParent(story: "p-1", event: event.id).description)
        #expect(metadata.correlationID == "p-1" && event.correlationID == "p-1")
        #expect(metadata.id == event.id && metadata.time == event.time && metadata.source == event.source)
    }

    @Test("each event names the one before, all the same story and trace")
    func chain() throws {
        var cause = try Events.decode(try encoder.encode(Events.parcel).body).metadata
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        cause.traceparent = trace
        for link in 1...5 {
            let event = try encoder.encode(ParcelSent(parcelID: "p-\(link + 1)", weight: 1), causedBy: cause)
            let metadata = try Events.decode(event.body).metadata
            #expect(metadata.causationID == cause.id)
            #expect(metadata.correlationID == "p-1")
            #expect(metadata.traceparent == trace)
            #expect(metadata.subject == "p-\(link + 1)" && event.key == "p-\(link + 1)")
            cause = metadata
        }
    }

    @Test("ids are unique and sort by time")
    func ids() throws {
        let ids = try (0..<1000).map { _ in try encoder.encode(Events.parcel).id }
        #expect(Set(ids).count == 1000)
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0.prefix(13) <= $1.prefix(13) })
    }

    @Test("what could never be sent is not encoded")
    func limits() throws {
        #expect(throws: AMQPError.self) {
            try encoder.encode(ParcelSent(parcelID: String(repeating: "x", count: 256), weight: 1))
        }
        #expect(throws: AMQPError.self) {
            try encoder.encode(ParcelSent(parcelID: "p", weight: 1, note: String(repeating: "x", count: 1 << 20)))
        }
        // Also where the story has another name: no receiver would read such a subject.
        #expect(throws: AMQPError.self) {
            let long = ParcelSent(parcelID: String(repeating: "x", count: 256), weight: 1)
            return try encoder.encode(long, causedBy: Events.metadata)
        }
        #expect(throws: AMQPError.self) {
            try EventEncoder(source: String(repeating: "/", count: 256)).encode(Events.parcel)
        }
        let fits = ParcelSent(parcelID: String(repeating: "x", count: 255), weight: 1)
        #expect(try encoder.encode(fits).key.utf8.count == 255)
    }

    @Test(
        "a subject with control characters, which nobody would read, is not encoded",
        arguments: ["a\n", "\0", "\u{85}"])
    func controls(subject: String) {
        #expect(throws: AMQPError.self) { try encoder.encode(ParcelSent(parcelID: subject, weight: 1)) }
    }

    @Test(
        "whatever is encoded can be decoded",
        arguments: [
            "\u{0}", "\u{1F}\u{7F}\u{85}", "\u{2028}\u{2029}", "\"\\/\u{8}\u{C}\n\r\t", "e\u{301}", "👩‍👩‍👧‍👦", "\u{10FFFF}",
        ])
    func texts(text: String) throws {
        let event = ParcelSent(parcelID: "p", weight: .min, stops: [text], note: text)
        #expect(try Events.decode(try encoder.encode(event).body).event == event)
    }

    @Test("a time before 1970 has no AMQP timestamp below zero")
    func oldTime() {
        let event = EncodedEvent(
            id: "1", type: ParcelSent.type, key: "k", routingKey: "r", audience: .required, correlationID: "c",
            source: "/s", time: RFC3339Time(milliseconds: -5000), contentType: "text/plain", body: [])
        #expect(event.publishing(to: "x").properties.timestamp == 0)
    }
}
