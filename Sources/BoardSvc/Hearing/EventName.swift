import AMQPBridge

/// An event type as people say it: `shop.order.created.v1` is `order.created`, as its routing key. Pure.
enum EventName {
    static func of(_ type: EventType) -> String {
        var words = type.rawValue.split(separator: ".", omittingEmptySubsequences: false)
        if words.count > 2, words.first == "shop" { words.removeFirst() }
        if words.count > 1, let last = words.last, isVersion(last) { words.removeLast() }
        return words.joined(separator: ".")
    }

    private static func isVersion(_ word: Substring) -> Bool {
        word.first == "v" && word.count > 1 && word.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
    }
}
