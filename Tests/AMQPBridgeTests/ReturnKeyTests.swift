import Testing

@testable import AMQPBridge

@Suite("A returned message finds its publishing", .timeLimit(.minutes(1)))
struct ReturnKeyTests {
    private static let texts = ["", "k", "seven77", "eight888", "nine99999", String(repeating: "é", count: 127)]

    /// The key of the frames that leave, and the one made of what comes back.
    private func keys(_ publishing: Publishing) throws -> (sent: ReturnKey, returned: ReturnKey) {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        return (
            try Encoding.append(publishing, to: &buffer),
            ReturnKey(
                messageID: publishing.properties.messageID ?? "", exchange: publishing.exchange,
                routingKey: publishing.routingKey)
        )
    }

    @Test("the key of what was sent is that of what comes back, for texts of any length", arguments: texts, texts)
    func same(id: String, key: String) throws {
        var properties = MessageProperties.full
        properties.messageID = id
        let (sent, returned) = try keys(
            Publishing(exchange: "x", routingKey: RoutingKey(key), properties: properties, body: [1]))
        #expect(sent == returned)
        #expect(sent != .none)
    }

    @Test("texts that are cut elsewhere are other texts")
    func boundaries() {
        let keys = [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("", "ab", "c"), ("abc", "", "")].map {
            ReturnKey(messageID: $0.0, exchange: ExchangeName($0.1), routingKey: RoutingKey($0.2))
        }
        #expect(Set(keys).count == keys.count)
    }

    @Test("one byte anywhere makes another key")
    func oneByte() {
        let id = Array("0190b6f2-7a31-7c40-8d15-2f9f3c1e5a77".utf8)
        var keys: Set<ReturnKey> = []
        for place in id.indices {
            var other = id
            other[place] ^= 1
            keys.insert(
                ReturnKey(messageID: String(decoding: other, as: UTF8.self), exchange: "x", routingKey: "k"))
        }
        #expect(keys.count == id.count)
    }

    @Test("what is not mandatory has none")
    func notMandatory() throws {
        var properties = MessageProperties()
        properties.messageID = "m"
        let (sent, _) = try keys(
            Publishing(exchange: "x", routingKey: "k", isMandatory: false, properties: properties, body: []))
        #expect(sent == .none)
    }
}
