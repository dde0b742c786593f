import AMQPBridgeTesting
import Foundation
import Testing

@testable import AMQPBridge

/// What is read by the fast path must be what Foundation reads, and what that refuses must be refused.
@Suite("The fast JSON path and Foundation agree", .timeLimit(.minutes(2)))
struct PlainJSONTests {
    struct Sample: Codable, Equatable {
        enum Kind: String, Codable { case first, second }

        var text: String
        var number: Int
        var small: Int8
        var large: UInt64
        var flag: Bool
        var real: Double
        var optional: String?
        var kind: Kind?
        var map: [String: Int]
        var list: [Sample]
    }

    private func foundation<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }

    @Test("random texts, whole and broken, are read alike", arguments: Seeds.all)
    func reading(seed: UInt64) {
        var writer = RandomJSON(SeededGenerator(seed: seed))
        var plain = 0
        for round in 0..<400 {
            var bytes = Array(writer.sample(depth: 0).utf8)
            if round % 2 == 1 { writer.spoil(&bytes) }
            let fast = PlainJSON.plainly(bytes) { try $0.root.decode(Sample.self) }
            if let fast {
                plain += 1
                let slow = foundation(Sample.self, bytes)
                #expect(fast == slow, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
                if fast != slow { return }
            }
            #expect((try? PlainJSON.decode(Sample.self, from: bytes)) == foundation(Sample.self, bytes))
        }
        // Else it would prove nothing.
        #expect(plain > 40)
    }

    @Test(
        "random values are written so that Foundation reads them back, and sorted to the very same bytes",
        arguments: Seeds.all)
    func writing(seed: UInt64) throws {
        var writer = RandomJSON(SeededGenerator(seed: seed))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for _ in 0..<100 {
            guard let value = foundation(Sample.self, Array(writer.sample(depth: 0).utf8)) else { continue }
            #expect(foundation(Sample.self, try PlainJSON.encode(value)) == value)
            let sorted = try PlainJSON.encode(value, sorted: true)
            #expect(
                String(decoding: sorted, as: UTF8.self) == String(decoding: try encoder.encode(value), as: UTF8.self))
        }
    }

    @Test(
        "what is unusual is left to Foundation",
        arguments: [
            #"{"a":1,"a":2}"#, #"{"\u0061":1}"#, #"{"a":"\ud83d\ude00"}"#, #"{"a":99999999999999999999}"#,
            #"{"a":1.0}"#,
            #"{"a":1e2}"#, #"{"a":01}"#, #"{"a":1,}"#, #"{"a":1} x"#, #"{'a':1}"#, "", "\u{FEFF}{}", #"{"a":"\#u{1}"}"#,
            String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
        ])
    func doubts(text: String) {
        let bytes = Array(text.utf8)
        #expect(PlainJSON.plainly(bytes) { try $0.root.decode([String: Int].self) } == nil)
        #expect((try? PlainJSON.decode([String: Int].self, from: bytes)) == foundation([String: Int].self, bytes))
    }

    @Test("bytes that are not UTF-8 are refused by both")
    func encodings() {
        let bytes = Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        #expect(PlainJSON.plainly(bytes) { try $0.root.decode([String: String].self) } == nil)
    }

    @Test("dates and data are Foundation's own")
    func foundationsOwn() throws {
        struct Moment: Codable, Equatable {
            var at: Date
            var raw: Data
        }
        let moment = Moment(at: Date(timeIntervalSinceReferenceDate: 5), raw: Data([1, 2, 3]))
        let bytes = try PlainJSON.encode(moment)
        #expect(try JSONDecoder().decode(Moment.self, from: Data(bytes)) == moment)
        #expect(try PlainJSON.decode(Moment.self, from: bytes) == moment)
    }

    @Test("control characters are found as by Unicode's tables, one by one, wherever they stand", arguments: 0..<18)
    func controls(offset: Int) {
        for value in UInt32(0)..<0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "\(String(repeating: "a", count: offset))\(Character(scalar))b"
            let isControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
            #expect(text.holdsControl() == isControl, "U+\(String(value, radix: 16))")
        }
    }
}
