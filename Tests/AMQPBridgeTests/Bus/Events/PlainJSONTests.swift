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

    @Test("the ends of every kind of number are written as Foundation writes them")
    func numbers() throws {
        struct Numbers: Codable, Equatable {
            var int = [Int.min, -1, 0, 9, 10, Int.max]
            var int8 = [Int8.min, .max]
            var int16 = [Int16.min, .max]
            var int32 = [Int32.min, .max]
            var int64 = [Int64.min, .max]
            var uint = [UInt.min, .max]
            var uint8 = [UInt8.max]
            var uint16 = [UInt16.max]
            var uint32 = [UInt32.max]
            var uint64 = [UInt64.max, 10_000_000_000_000_000_000]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes = try PlainJSON.encode(Numbers(), sorted: true)
        // Names with digits are sorted by Foundation alone, so look at those of the fast path, too.
        #expect(bytes == Array(try encoder.encode(Numbers())))
        let plain = try #require(PlainJSON.plainly { try $0.encode(Numbers()) })
        #expect(try JSONDecoder().decode(Numbers.self, from: Data(plain)) == Numbers())
    }

    @Test("what a type has passed over while it was written leaves nothing behind")
    func swallowed() throws {
        struct Broken: Encodable {
            enum CodingKeys: CodingKey { case first }

            func encode(to encoder: any Encoder) throws {
                var fields = encoder.container(keyedBy: CodingKeys.self)
                try fields.encode(1, forKey: .first)
                throw CancellationError()
            }
        }
        struct Outer: Encodable {
            enum CodingKeys: CodingKey { case broken, whole }

            func encode(to encoder: any Encoder) throws {
                var fields = encoder.container(keyedBy: CodingKeys.self)
                try? fields.encode(Broken(), forKey: .broken)
                try fields.encode(true, forKey: .whole)
            }
        }
        let foundation = try JSONSerialization.jsonObject(with: JSONEncoder().encode(Outer())) as? [String: Bool]
        let bytes = try PlainJSON.encode(Outer())
        #expect(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Bool] == foundation)
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
