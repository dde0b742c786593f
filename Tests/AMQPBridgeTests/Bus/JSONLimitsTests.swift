import Testing

@testable import AMQPBridge

@Suite("JSON from outside is bounded before anything parses it", .timeLimit(.minutes(1)))
struct JSONLimitsTests {
    private func refusal(_ text: String) -> AMQPError? { refusal([UInt8](text.utf8)) }

    private func refusal(_ body: [UInt8]) -> AMQPError? {
        do throws(AMQPError) {
            try JSONLimits.check(body)
            return nil
        } catch {
            return error
        }
    }

    private static let pairs = [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")]

    private static func nested(_ levels: Int, _ open: String, _ close: String) -> String {
        String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
    }

    @Test("32 levels pass", arguments: pairs)
    func deepEnough(open: String, close: String) {
        let each = open.count { $0 == "[" || $0 == "{" }
        #expect(refusal(Self.nested(32 / each, open, close)) == nil)
    }

    @Test("33 levels and more are refused", arguments: pairs, [33, 34, 100, 10_000, 100_000])
    func tooDeep(pair: (open: String, close: String), levels: Int) {
        let text = Self.nested(levels, pair.open, pair.close)
        #expect(refusal(text)?.code == .undecodable)
        #expect(refusal(text)?.message == "the JSON is nested deeper than 32 levels")
        #expect(refusal(String(repeating: pair.open, count: levels))?.code == .undecodable, "never closed")
    }

    @Test("a deep event is refused by the codec as well")
    func deepEvent() throws {
        let body = #"{"specversion":"1.0","data":"# + Self.nested(10_000, "[", "]") + "}"
        let error = try #require(try Events.refusal([UInt8](body.utf8)))
        #expect(error.message == "the JSON is nested deeper than 32 levels")
    }

    @Test(
        "brackets in strings do not count",
        arguments: [
            String(repeating: "[", count: 1000), String(repeating: "{", count: 1000),
            String(repeating: "\\\"[", count: 1000), String(repeating: "\\\\", count: 1000) + "[[",
            String(repeating: "\\u005b[", count: 1000),
        ])
    func strings(content: String) {
        #expect(refusal("{\"a\":\"\(content)\"}") == nil)
        #expect(refusal("[[\"\(content)\"],\"\(content)\"]") == nil)
    }

    @Test("an escape ends with its character, a string with its quote")
    func afterStrings() {
        let deep = String(repeating: "[", count: 33)
        #expect(refusal("\"\\\\\"" + deep) != nil, "an escaped backslash escapes nothing")
        #expect(refusal("\"\"" + deep) != nil)
        #expect(refusal("\\" + deep) != nil, "outside of strings nothing is escaped")
    }

    @Test("levels cannot hide in another encoding", arguments: [true, false])
    func otherEncodings(isBigEndian: Bool) {
        // U+2200 has the byte of a quote in it: whoever looks at bytes takes all that follows for a string.
        let text = "{\"\u{2200}\":" + Self.nested(400, "[", "]") + "}"
        let bytes = text.utf16.flatMap { unit in
            let pair = [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
            return isBigEndian ? pair.reversed() : pair
        }
        #expect(refusal(bytes)?.message == "the JSON is not UTF-8, or holds a NUL byte")
        #expect(refusal((isBigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]) + bytes)?.code == .undecodable)
        #expect(refusal("{\"a\":\"\u{0}\"}")?.code == .undecodable)
    }

    @Test("many levels one after the other are not deep")
    func wide() {
        #expect(refusal("[" + Array(repeating: "[[[]]]", count: 10_000).joined(separator: ",") + "]") == nil)
    }

    @Test("1 MiB passes, a byte more does not, nothing is nothing")
    func sizes() {
        #expect(refusal([UInt8](repeating: 32, count: 1 << 20)) == nil)
        #expect(refusal([UInt8](repeating: 32, count: 1 << 20 + 1))?.code == .undecodable)
        #expect(refusal([UInt8](repeating: 32, count: (1 << 20) + 1))?.message.contains("1048577") == true)
        #expect(refusal([])?.message == "the body is empty")
    }
}
