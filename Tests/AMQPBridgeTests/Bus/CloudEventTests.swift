import Foundation
import Testing

@testable import AMQPBridge

@Suite("A valid CloudEvent survives the way", .timeLimit(.minutes(1)))
struct CloudEventTests {
    @Test("what is written is read back")
    func roundTrip() throws {
        let body = try CloudEventsCodec().encode(Events.parcel, Events.metadata)
        let read = try Events.decode(body)
        #expect(read.metadata == Events.metadata)
        #expect(read.event == Events.parcel)
    }

    @Test("the attributes have CloudEvents' names, the data its own")
    func names() throws {
        let body = try CloudEventsCodec().encode(Events.parcel, Events.metadata)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        let data = try #require(object["data"] as? [String: Any])
        #expect(
            object.filter { $0.key != "data" } as? [String: String] == [
                "specversion": "1.0", "id": "0199c1c0-5a00-7000-8000-0123456789ab", "source": "/test/depot",
                "type": "test.parcel.sent.v1", "subject": "p-1", "time": "2026-01-31T08:30:00.250Z",
                "datacontenttype": "application/json",
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "correlationid": "c-1",
                "causationid": "e-0",
            ])
        #expect(Set(data.keys) == ["parcel_id", "weight", "stops", "note"])
    }

    @Test("what there is none of is left out, not null")
    func absent() throws {
        var metadata = Events.metadata
        metadata.traceparent = nil
        metadata.causationID = nil
        let body = try CloudEventsCodec().encode(ParcelSent(parcelID: "p", weight: 1), metadata)
        let text = String(decoding: body, as: UTF8.self)
        #expect(!text.contains("null") && !text.contains("traceparent") && !text.contains("causationid"))
        #expect(try Events.decode(body).metadata == metadata)
    }

    @Test("unknown attributes and fields are ignored")
    func unknownFields() throws {
        var attributes = Events.attributes
        attributes["partitionkey"] = "x"
        attributes["nested"] = ["deep": [["er": 1]]]
        attributes["data"] = ["parcel_id": "p-1", "weight": 250, "stops": ["a"], "colour": "red"] as [String: Any]
        let read = try Events.decode(Events.json(attributes))
        #expect(read.metadata == Events.metadata)
        #expect(read.event == ParcelSent(parcelID: "p-1", weight: 250, stops: ["a"]))
    }

    @Test("what is optional has a default", arguments: [true, false])
    func defaults(asNull: Bool) throws {
        let optional = ["subject", "time", "datacontenttype", "traceparent", "correlationid", "causationid"]
        var attributes = Events.attributes
        for name in optional { attributes[name] = asNull ? NSNull() : nil }
        let before = RFC3339Time.now
        let metadata = try Events.decode(Events.json(attributes)).metadata
        #expect(metadata.subject == "p-1", "the event's own subject")
        #expect(metadata.correlationID == "p-1", "the subject")
        #expect(metadata.traceparent == nil && metadata.causationID == nil)
        #expect((before...RFC3339Time.now).contains(metadata.time))
    }

    @Test(
        "a time in any offset is the same instant",
        arguments: [
            "2026-01-31T08:30:00.250Z", "2026-01-31T10:30:00.25+02:00", "2026-01-31T00:00:00.250999-08:30",
            "2026-01-31t08:30:00.250z",
        ])
    func times(text: String) throws {
        var attributes = Events.attributes
        attributes["time"] = text
        #expect(try Events.decode(Events.json(attributes)).metadata.time == Events.metadata.time)
    }

    @Test("attributes take 255 bytes", arguments: ["id", "source", "subject", "correlationid", "causationid"])
    func longAttributes(name: String) throws {
        #expect(try Events.refusal(changing: name, to: String(repeating: "x", count: 255)) == nil)
        #expect(try Events.refusal(changing: name, to: String(repeating: "é", count: 127) + "x") == nil)
    }

    @Test("later minor versions of CloudEvents are read", arguments: ["1.0", "1.0.1", "1.1"])
    func minorVersions(version: String) throws {
        #expect(try Events.refusal(changing: "specversion", to: version) == nil)
    }

    @Test("white space and the order of attributes do not matter")
    func layout() throws {
        let pretty = try JSONSerialization.data(
            withJSONObject: Events.attributes, options: [.prettyPrinted, .sortedKeys])
        #expect(try Events.decode([UInt8](pretty)).metadata == Events.metadata)
    }
}
