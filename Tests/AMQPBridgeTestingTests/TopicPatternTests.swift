import AMQPBridge
import Testing

@testable import AMQPBridgeTesting

@Suite("A topic exchange matches word by word", .timeLimit(.minutes(1)))
struct TopicPatternTests {
    /// As the standard says it, without a thought for speed.
    private static func matches(_ pattern: ArraySlice<String>, _ key: ArraySlice<String>) -> Bool {
        switch pattern.first {
        case nil: key.isEmpty
        case "#": matches(pattern.dropFirst(), key) || (!key.isEmpty && matches(pattern, key.dropFirst()))
        case "*": !key.isEmpty && matches(pattern.dropFirst(), key.dropFirst())
        case let word: key.first == word && matches(pattern.dropFirst(), key.dropFirst())
        }
    }

    private static func sequences(of words: [String], upTo length: Int) -> [[String]] {
        guard length > 0 else { return [[]] }
        return [[]] + sequences(of: words, upTo: length - 1).flatMap { rest in words.map { [$0] + rest } }
    }

    @Test("all patterns of up to four words against all keys of up to four")
    func exhaustive() {
        // One empty word alone cannot be written: the empty key has no words.
        let keys = Self.sequences(of: ["a", "b", ""], upTo: 4).filter { $0 != [""] }
        var count = 0
        for pattern in Self.sequences(of: ["a", "b", "*", "#"], upTo: 4) {
            let topic = TopicPattern(RoutingKey(pattern.joined(separator: ".")))
            for key in keys {
                let expected = Self.matches(pattern[...], key[...])
                let found = topic.matches(RoutingKey(key.joined(separator: ".")))
                if found != expected { Issue.record("\(pattern) and \(key): \(found)") }
                count += found ? 1 : 0
            }
        }
        #expect(count > 1000)
    }

    @Test("many wildcards cost no more than the words they meet", arguments: [200])
    func manyHashes(count: Int) {
        let pattern = TopicPattern(RoutingKey(Array(repeating: "#.a", count: count).joined(separator: ".") + ".b"))
        #expect(!pattern.matches(RoutingKey(Array(repeating: "a", count: 2 * count).joined(separator: "."))))
    }

    @Test("wildcards are whole words only")
    func wholeWords() {
        #expect(!TopicPattern("order.c*").matches("order.created"))
        #expect(TopicPattern("order.c*").matches("order.c*"))
        #expect(!TopicPattern("order#").matches("order.created"))
    }
}
