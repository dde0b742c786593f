import AMQPBridgeTesting

@testable import AMQPBridge

extension MessageProperties {
    /// Every property set.
    static var full: MessageProperties {
        var properties = MessageProperties()
        properties.contentType = "application/json"
        properties.contentEncoding = "utf-8"
        properties.headers = ["attempt": 1]
        properties.isPersistent = true
        properties.priority = 4
        properties.correlationID = "c"
        properties.replyTo = "r"
        properties.expiration = "1000"
        properties.messageID = "m"
        properties.timestamp = 1_700_000_000
        properties.type = "t"
        properties.userID = "u"
        properties.appID = "a"
        return properties
    }

    static func random(using generator: inout SeededGenerator) -> MessageProperties {
        var properties = MessageProperties()
        let fields: [WritableKeyPath<MessageProperties, String?>] = [
            \.contentType, \.contentEncoding, \.correlationID, \.replyTo, \.expiration, \.messageID, \.type, \.userID,
            \.appID,
        ]
        for field in fields where Bool.random(using: &generator) {
            properties[keyPath: field] = String(repeating: "é", count: .random(in: 0...127, using: &generator))
        }
        if Bool.random(using: &generator) { properties.priority = .random(in: 0...9, using: &generator) }
        if Bool.random(using: &generator) { properties.timestamp = .random(in: 0...UInt64.max, using: &generator) }
        if Bool.random(using: &generator) { properties.headers = AMQPValue.randomTable(3, using: &generator) }
        return properties
    }
}

extension AMQPValue {
    static func randomTable(_ depth: Int, using generator: inout SeededGenerator) -> AMQPTable {
        var table: AMQPTable = [:]
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
            table["k\(Int.random(in: 0...9999, using: &generator))ü"] = random(depth, using: &generator)
        }
        return table
    }

    static func random(_ depth: Int, using generator: inout SeededGenerator) -> AMQPValue {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 8), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .int(.random(in: .min ... .max, using: &generator))
        case 3: .unsigned(.random(in: 0 ... .max, using: &generator))
        case 4: .double(.random(in: -1e9...1e9, using: &generator))
        case 5: .string(String(repeating: "ß€", count: .random(in: 0...100, using: &generator)))
        case 6: .bytes([UInt8](repeating: 0, count: .random(in: 0...300, using: &generator)))
        case 7: .timestamp(.random(in: 0 ... .max, using: &generator))
        case 8: .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in random(depth - 1, using: &generator) })
        default: .table(randomTable(depth - 1, using: &generator))
        }
    }
}
