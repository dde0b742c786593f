import AMQPBridgeTesting
import Foundation
import Testing

@testable import AMQPBridge

/// Envelopes go past Codable where they are plain: what comes of it must be what Foundation makes of them.
@Suite("A plain envelope is what Foundation makes of it", .timeLimit(.minutes(2)))
struct PlainCloudEventTests {
    private struct ByFoundation: DecodableWithConfiguration {
        let event: (EventMetadata, any Event)

        init(from decoder: any Decoder, configuration types: [EventType: any Event.Type]) throws {
            event = try decoder.container(keyedBy: CloudEventAttribute.self).event(as: types)
        }
    }

    private func byFoundation(_ body: [UInt8]) -> (EventMetadata, any Event)? {
        try? JSONDecoder().decode(ByFoundation.self, from: Data(body), configuration: Events.types).event
    }

    private func plainly(_ body: [UInt8]) -> (EventMetadata, any Event)? {
        PlainJSON.plainly(body) { try PlainCloudEvent($0).event(as: Events.types) }
    }

    private static let attributes: [(String, [String])] = [
        ("specversion", [#""1.0""#, #""1.0.1""#, #""2.0""#, "1.0"]), ("id", [#""i-1""#, #""""#, #""a\u0000b""#, "7"]),
        ("source", [#""/s""#, #""/\u0073""#, "\"/\u{85}\"", "null"]),
        ("type", [#""test.parcel.sent.v1""#, #""test.parcel.seen.v1""#, #""nobody.v1""#]),
        ("subject", [#""p-1""#, #""ü\n""#, #""Łódź""#, "null"]),
        ("time", [#""2026-01-31T08:30:00.25Z""#, #""yesterday""#, #""2026-01-31T08:30:00\u005a""#]),
        ("datacontenttype", [#""application/json""#, "1"]), ("traceparent", [#""t""#, "[]"]),
        ("correlationid", [#""c""#, "\"\(String(repeating: "x", count: 256))\""]), ("causationid", [#""e""#, "{}"]),
        ("data", [#"{"parcel_id":"p","weight":1,"stops":[]}"#, #"{"parcel_id":"p"}"#, "null"]), ("other", ["1"]),
        ("subjecT", [#""no""#]), ("dat", ["{}"]),
    ]

    /// Most of them right.
    private func envelope(_ generator: inout SeededGenerator) -> [UInt8] {
        var fields = Self.attributes.filter { _ in Int.random(in: 0..<25, using: &generator) > 0 }
        if Int.random(in: 0..<8, using: &generator) == 0, let twice = fields.randomElement(using: &generator) {
            fields.append(twice)
        }
        fields.shuffle(using: &generator)
        let texts = fields.map { name, values in
            let isUnusual = Int.random(in: 0..<25, using: &generator) == 0
            return "\"\(name)\": \(isUnusual ? values.randomElement(using: &generator) ?? "" : values[0])"
        }
        return Array("{\(texts.joined(separator: ","))}".utf8)
    }

    @Test("random envelopes are read alike", arguments: Seeds.all)
    func reading(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var plain = 0
        for _ in 0..<500 {
            let body = envelope(&generator)
            guard let read = plainly(body) else { continue }
            plain += 1
            let expected = byFoundation(body)
            let text = String(decoding: body, as: UTF8.self)
            // Without a time it is the time of arrival.
            var metadata = read.0
            if !text.contains(#""time""#), let time = expected?.0.time { metadata.time = time }
            #expect(metadata == expected?.0, "seed \(seed): \(text)")
            #expect(read.1 as? ParcelSent == expected?.1 as? ParcelSent, "seed \(seed): \(text)")
            #expect(read.1 as? ParcelSeen == expected?.1 as? ParcelSeen, "seed \(seed): \(text)")
        }
        // Else it would prove nothing.
        #expect(plain > 100)
    }

    @Test("an attribute that stands twice is left to Foundation", arguments: ["id", "type", "data", "causationid"])
    func twice(name: String) throws {
        let body = try CloudEventsCodec().encode(Events.parcel, Events.metadata)
        #expect(plainly(body) != nil)
        let text = String(decoding: body.dropLast(), as: UTF8.self)
        #expect(plainly(Array("\(text),\"\(name)\":\"x\"}".utf8)) == nil)
    }

    @Test("all that has to be escaped comes back, however long it is", arguments: [0, 1, 7, 8, 9, 200, 70_000])
    func writing(length: Int) throws {
        let unusual = "\"\\/\u{1}\n\u{7F}é🎁"
        let parcel = ParcelSent(
            parcelID: unusual, weight: .min, stops: [String(repeating: "x", count: length) + unusual, unusual],
            note: String(repeating: unusual, count: length / 8))
        var metadata = Events.metadata
        metadata.subject = "\"Łódź\\"
        metadata.correlationID = unusual
        metadata.traceparent = unusual
        let body = try CloudEventsCodec().encode(parcel, metadata)
        // Control characters in attributes are refused by readers.
        #expect(byFoundation(body) == nil)
        (metadata.correlationID, metadata.traceparent) = ("\"c\\", nil)
        let read = try #require(byFoundation(try CloudEventsCodec().encode(parcel, metadata)))
        #expect(read.0 == metadata)
        #expect(read.1 as? ParcelSent == parcel)
    }
}
