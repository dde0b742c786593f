/// What a message may measure, checked before anything of it is encoded.
///
/// The library does not check by itself: a short string over 255 bytes is cut silently, and a header frame over the
/// negotiated size fails after the method frame has left, so that the next publish seems to succeed.
package enum MessageLimits {
    /// Frame type, channel, size and end octet around every payload (AMQP 0-9-1, 4.2.3).
    static let frameOverhead = 8
    /// What we publish at most; RabbitMQ 4 takes 16 MiB, and an event belongs far below either.
    static let maxBodySize = 1 << 20

    /// Returns the size of its content header's payload: exact for tables, an upper bound for the rest.
    ///
    /// - Parameter messageID: the id it will be sent with, if not its own.
    @discardableResult
    package static func check(
        _ publishing: Publishing, messageID: String? = nil, frameMax: Int
    ) throws(AMQPError) -> Int {
        try checkShort("exchange", publishing.exchange.rawValue)
        try checkShort("routing key", publishing.routingKey.rawValue)
        try checkShort("content_type", publishing.properties.contentType)
        try checkShort("content_encoding", publishing.properties.contentEncoding)
        try checkShort("correlation_id", publishing.properties.correlationID)
        try checkShort("reply_to", publishing.properties.replyTo)
        try checkShort("expiration", publishing.properties.expiration)
        try checkShort("message_id", messageID ?? publishing.properties.messageID)
        try checkShort("type", publishing.properties.type)
        try checkShort("user_id", publishing.properties.userID)
        try checkShort("app_id", publishing.properties.appID)
        try check(publishing.properties.headers)
        guard publishing.body.count <= maxBodySize else {
            throw AMQPError(
                .tooLarge, "the body has \(publishing.body.count) bytes; at most \(maxBodySize) can be published")
        }
        var header = 12 + encodedSize(publishing.properties)
        // It goes out with one id only.
        if messageID != nil { header += short(messageID) - short(publishing.properties.messageID) }
        guard header + frameOverhead <= frameMax else {
            throw AMQPError(.tooLarge, "the message's headers need \(header) bytes; a frame takes \(frameMax)")
        }
        return header
    }

    /// Bytes of the property list: exact for tables, an upper bound for the rest.
    static func encodedSize(_ properties: MessageProperties) -> Int {
        var size = 2 + 4 + size(of: properties.headers) + 1 + 1 + 8
        size += short(properties.contentType) + short(properties.contentEncoding) + short(properties.correlationID)
        size += short(properties.replyTo) + short(properties.expiration) + short(properties.messageID)
        size += short(properties.type) + short(properties.userID) + short(properties.appID)
        return size
    }

    static func size(of table: AMQPTable) -> Int {
        table.reduce(0) { $0 + 1 + $1.key.utf8.count + size(of: $1.value) }
    }

    private static func size(of value: AMQPValue) -> Int {
        switch value {
        case .null: 1
        case .bool: 2
        case .int, .unsigned, .double, .timestamp: 9
        case .string(let text): 5 + text.utf8.count
        case .bytes(let bytes): 5 + bytes.count
        case .array(let values): 5 + values.reduce(0) { $0 + size(of: $1) }
        case .table(let table): 5 + size(of: table)
        }
    }

    /// What a table must not hold, as the broker would close the whole connection for it: names of more than 255 bytes
    /// (the library writes their length in one byte and their text whole) and numbers that Erlang does not have.
    static func check(_ table: AMQPTable) throws(AMQPError) {
        for (name, value) in table {
            try checkShort("header name", name)
            try check(value, of: name)
        }
    }

    private static func check(_ value: AMQPValue, of name: String) throws(AMQPError) {
        switch value {
        case .table(let table): try check(table)
        case .array(let values): for value in values { try check(value, of: name) }
        case .double(let number) where !number.isFinite:
            throw AMQPError(.invalidConfiguration, "header '\(name)' is \(number); RabbitMQ takes finite numbers only")
        default: break
        }
    }

    private static func short(_ text: String?) -> Int { text.map { 1 + $0.utf8.count } ?? 0 }

    @inline(__always)
    static func checkShort(_ field: StaticString, _ text: String?) throws(AMQPError) {
        guard let text, text.utf8.count > 255 else { return }
        throw AMQPError(.tooLarge, "\(field) has \(text.utf8.count) bytes; AMQP takes at most 255")
    }
}
