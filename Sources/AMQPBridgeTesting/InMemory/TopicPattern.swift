import AMQPBridge

/// A binding's key at a topic exchange: words separated by dots, where `*` stands for one word and `#` for any number
/// of them, none included (AMQP 0-9-1, 3.1.3.3).
struct TopicPattern: Hashable {
    private let words: [Substring]

    init(_ pattern: RoutingKey) { words = Self.words(of: pattern) }

    /// As RabbitMQ splits: the empty key has no words, a dot at either end has an empty one beside it.
    private static func words(of key: RoutingKey) -> [Substring] {
        key.rawValue.isEmpty ? [] : key.rawValue.split(separator: ".", omittingEmptySubsequences: false)
    }

    /// Reads the key word by word and keeps the set of places in the pattern that it may have come to: linear, however
    /// many `#` there are.
    func matches(_ key: RoutingKey) -> Bool {
        var places = behindHashes([0])
        for word in Self.words(of: key) {
            var next: Set<Int> = []
            for place in places where place < words.count {
                if words[place] == "#" { next.insert(place) }
                if words[place] == "*" || words[place] == word { next.insert(place + 1) }
            }
            places = behindHashes(next)
            if places.isEmpty { return false }
        }
        return places.contains(words.count)
    }

    /// A `#` may stand for nothing, so its place is as good as the one behind it.
    private func behindHashes(_ places: Set<Int>) -> Set<Int> {
        var all = places
        for var place in places {
            while place < words.count, words[place] == "#" {
                place += 1
                all.insert(place)
            }
        }
        return all
    }
}
