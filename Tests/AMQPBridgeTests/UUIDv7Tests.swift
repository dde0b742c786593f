import Testing

@testable import AMQPBridge

@Suite("Ids sort by their time of making", .timeLimit(.minutes(1)))
struct UUIDv7Tests {
    @Test(
        "version 7, variant 10, time in front (RFC 9562, 5.7)",
        arguments: [0, 1, 0x017F_22E2_79B0, 0xFFFF_FFFF_FFFF] as [UInt64])
    func layout(milliseconds: UInt64) {
        for _ in 0..<1000 {
            let id = UUIDv7(milliseconds: milliseconds)
            #expect(id.high >> 16 == milliseconds)
            #expect(id.high >> 12 & 0xF == 7)
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test("36 lower-case characters in groups of 8-4-4-4-12")
    func text() throws {
        // The RFC's own example of a time: 2022-02-22 14:22:22 in New York.
        let text = UUIDv7(milliseconds: 0x017F_22E2_79B0).description
        #expect(text.hasPrefix("017f22e2-79b0-7"))
        #expect(text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(text.allSatisfy { $0 == "-" || $0.isHexDigit && !$0.isUppercase })
        #expect(try "89ab".contains(#require(text.split(separator: "-")[3].first)))
    }

    @Test("the text says the same as the numbers")
    func textMatchesNumbers() {
        for _ in 0..<1000 {
            let id = UUIDv7()
            let hex = id.description.filter { $0 != "-" }
            #expect(UInt64(hex.prefix(16), radix: 16) == id.high)
            #expect(UInt64(hex.suffix(16), radix: 16) == id.low)
        }
    }

    @Test("later ids sort behind earlier ones, as text too")
    func order() {
        let texts = (0..<1000).map { UUIDv7(milliseconds: 1_700_000_000_000 + $0).description }
        #expect(texts == texts.sorted())
    }

    @Test("no two alike")
    func unique() {
        #expect(Set((0..<100_000).map { _ in UUIDv7(milliseconds: 1) }).count == 100_000)
    }
}
