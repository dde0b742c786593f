import AMQPBridgeTesting
import CRabbitMQ
import Testing

@testable import AMQPBridge

@Suite("Texts that repeat are found again, and are never mistaken", .timeLimit(.minutes(1)))
struct RepeatedTextsTests {
    private func text(_ texts: RepeatedTexts, _ bytes: [UInt8]) -> String {
        var bytes = bytes
        return bytes.withUnsafeMutableBytes { texts.text(amqp_bytes_t(len: $0.count, bytes: $0.baseAddress)) }
    }

    @Test("any text comes out as it went in, however they take turns", arguments: Seeds.all)
    func turns(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let texts = RepeatedTexts()
        // Few letters and lengths, so that many share a place and many repeat.
        for _ in 0..<2000 {
            let text = String((0..<Int.random(in: 0...20, using: &generator)).map { _ in "aé".randomElement() ?? "b" })
            #expect(self.text(texts, Array(text.utf8)) == text)
        }
    }

    @Test("broken UTF-8 is mended anew each time, and does not hide the text it looks like")
    func broken() {
        let texts = RepeatedTexts()
        for _ in 0..<3 {
            #expect(text(texts, [0x61, 0xFF]) == "a\u{FFFD}")
            #expect(text(texts, Array("a\u{FFFD}".utf8)) == "a\u{FFFD}")
            #expect(text(texts, []).isEmpty)
        }
    }
}
