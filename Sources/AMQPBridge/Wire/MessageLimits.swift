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
    /// - Parameters:
    ///   - messageID: the id it will be sent with, if not its own.
    ///   - userID: the user it will be sent as when it names none.
    @discardableResult
    package static func check(
        _ publishing: borrowing Publishing, messageID: String? = nil, userID: String? = nil, frameMax: Int
    ) throws(AMQPError) -> Int {
        var texts = ShortTexts()
        texts.add(
            publishing.properties, messageID: messageID ?? publishing.properties.messageID,
            userID: publishing.properties.userID ?? userID)
        let properties = texts.size
        texts.add(publishing.exchange.rawValue)
        texts.add(publishing.routingKey.rawValue)
        if texts.longest > 255 { try nameTooLong(copy publishing, messageID) }
        try check(publishing.properties.headers)
        guard publishing.body.count <= maxBodySize else {
            throw AMQPError(
                .tooLarge, "the body has \(publishing.body.count) bytes; at most \(maxBodySize) can be published")
        }
        let header = 12 + fixedSize + size(of: publishing.properties.headers) + properties
        guard header + frameOverhead <= frameMax else {
            throw AMQPError(.tooLarge, "the message's headers need \(header) bytes; a frame takes \(frameMax)")
        }
        return header
    }

    /// Which one it is. Out of the way of the many that are all right.
    @inline(never)
    private static func nameTooLong(_ publishing: Publishing, _ messageID: String?) throws(AMQPError) {
        let properties = publishing.properties
        try checkShort("exchange", publishing.exchange.rawValue)
        try checkShort("routing key", publishing.routingKey.rawValue)
        try checkShort("content_type", properties.contentType)
        try checkShort("content_encoding", properties.contentEncoding)
        try checkShort("correlation_id", properties.correlationID)
        try checkShort("reply_to", properties.replyTo)
        try checkShort("expiration", properties.expiration)
        try checkShort("message_id", messageID ?? properties.messageID)
        try checkShort("type", properties.type)
        try checkShort("user_id", properties.userID)
        try checkShort("app_id", properties.appID)
    }

    /// Flags, the headers' length, delivery mode, priority and timestamp.
    private static let fixedSize = 2 + 4 + 1 + 1 + 8

    /// Bytes of the property list: exact for tables, an upper bound for the rest.
    static func encodedSize(_ properties: borrowing MessageProperties) -> Int {
        var texts = ShortTexts()
        texts.add(properties, messageID: properties.messageID, userID: properties.userID)
        return fixedSize + size(of: properties.headers) + texts.size
    }

    /// The bytes of short strings with their length octets, and the longest of them.
    private struct ShortTexts {
        private(set) var size = 0
        private(set) var longest = 0

        @inline(__always)
        mutating func add(_ text: borrowing String) {
            let count = text.utf8.count
            size += 1 + count
            longest = max(longest, count)
        }

        @inline(__always)
        private mutating func add(_ text: borrowing String?) {
            switch text {
            case .some(let text): add(text)
            case .none: break
            }
        }

        @inline(__always)
        mutating func add(
            _ properties: borrowing MessageProperties, messageID: borrowing String?, userID: borrowing String?
        ) {
            add(properties.contentType)
            add(properties.contentEncoding)
            add(properties.correlationID)
            add(properties.replyTo)
            add(properties.expiration)
            add(messageID)
            add(properties.type)
            add(userID)
            add(properties.appID)
        }
    }

    /// What is wrong with it, found out after it was seen that something is. Out of the way of the many that are all right.
    @inline(never)
    static func fault(
        _ publishing: borrowing Publishing, _ messageID: String?, _ userID: String?, _ frameMax: Int
    ) -> AMQPError {
        do throws(AMQPError) {
            try check(publishing, messageID: messageID, userID: userID, frameMax: frameMax)
        } catch {
            return error
        }
        return AMQPError(.tooLarge, "the message does not fit into frames of \(frameMax) bytes")
    }

    /// Bytes of the table, encoded.
    @inline(__always)
    static func checkedSize(of table: AMQPTable) throws(AMQPError) -> Int {
        if table.isEmpty { return 0 }
        try check(table)
        return size(of: table)
    }

    static func size(of table: AMQPTable) -> Int {
        // Most messages have no headers, and walking an empty dictionary costs as much as all their texts.
        if table.isEmpty { return 0 }
        return table.reduce(0) { $0 + 1 + $1.key.utf8.count + size(of: $1.value) }
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
        if table.isEmpty { return }
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

    @inline(__always)
    static func checkShort(_ field: StaticString, _ text: String?) throws(AMQPError) {
        guard let text, text.utf8.count > 255 else { return }
        throw AMQPError(.tooLarge, "\(field) has \(text.utf8.count) bytes; AMQP takes at most 255")
    }
}
