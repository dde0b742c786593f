import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

@Suite("Eight bytes are searched at once as one by one", .timeLimit(.minutes(1)))
struct EightBytesTests {
    /// Those next to what is looked for, and any others.
    private static let suspects: [UInt8] = [
        0x00, 0x01, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5C, 0x7E, 0x7F, 0x80, 0xC2, 0xFF,
    ]

    @Test("the first that is found is the first that is there", arguments: Seeds.all)
    func first(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let bytes = (0..<8).map { _ in
                Bool.random(using: &generator)
                    ? Self.suspects.randomElement(using: &generator) ?? 0
                    : UInt8.random(in: .min ... .max, using: &generator)
            }
            bytes.withUnsafeBufferPointer { buffer in
                let eight = EightBytes(buffer, at: 0)
                let searches: [(EightBytes.Mask, (UInt8) -> Bool)] = [
                    (eight.nonASCII, { $0 >= 0x80 }), (eight.less(than: 0x20), { $0 < 0x20 }),
                    (eight.less(than: 128), { $0 < 128 }), (eight.equal(to: 0x22), { $0 == 0x22 }),
                    (eight.equal(to: 0x7F), { $0 == 0x7F }), (eight.equal(to: 0), { $0 == 0 }),
                    (eight.less(than: 0x20) | eight.equal(to: 0x5C), { $0 < 0x20 || $0 == 0x5C }),
                    (eight.belowSpaceOrQuote, { $0 < 0x20 || $0 == 0x22 }),
                ]
                for (index, (mask, isWanted)) in searches.enumerated() {
                    #expect(
                        EightBytes.first(mask) == bytes.firstIndex(where: isWanted) ?? 8, "\(bytes), search \(index)")
                }
            }
        }
    }

    @Test("it is found wherever it stands in however many", arguments: 0..<26)
    func anywhere(count: Int) {
        let plain = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        func isFound(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBufferPointer { EightBytes.anywhere(in: $0) { $0.belowSpaceOrQuote } }
        }
        #expect(!isFound(plain))
        for place in plain.indices {
            for byte: UInt8 in [0, 0x1F, 0x22] {
                var bytes = plain
                bytes[place] = byte
                #expect(isFound(bytes))
            }
            for byte: UInt8 in [0x20, 0x21, 0x23, 0x7F, 0x80, 0xFF] {
                var bytes = plain
                bytes[place] = byte
                #expect(!isFound(bytes))
            }
        }
    }
}
