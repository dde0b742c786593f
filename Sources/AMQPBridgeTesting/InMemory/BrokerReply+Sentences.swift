import AMQPBridge

// RabbitMQ 3.10's own sentences, for the vhost '/'.
extension BrokerReply {
    static func preconditionFailed(_ text: String) -> BrokerReply { reply(406, "PRECONDITION_FAILED - \(text)") }

    static func noQueue(_ queue: QueueName) -> BrokerReply {
        reply(404, "NOT_FOUND - no queue '\(queue)' in vhost '/'")
    }

    static func noExchange(_ exchange: ExchangeName) -> BrokerReply {
        reply(404, "NOT_FOUND - no exchange '\(exchange)' in vhost '/'")
    }

    static let defaultExchange = reply(403, "ACCESS_REFUSED - operation not permitted on the default exchange")

    static func inExclusiveUse(_ queue: QueueName) -> BrokerReply {
        reply(403, "ACCESS_REFUSED - queue '\(queue)' in vhost '/' in exclusive use")
    }

    static func locked(_ queue: QueueName) -> BrokerReply {
        reply(
            405,
            "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '\(queue)' in vhost '/'. It could be "
                + "originally declared on another connection or the exclusive property value does not match that of "
                + "the original declaration.")
    }

    /// - Parameter thing: "queue 'q'" or "exchange 'x'".
    static func inequivalent(
        _ argument: String, of thing: String, wanted: AMQPValue?, found: AMQPValue?
    ) -> BrokerReply {
        let isBoth = wanted != nil && found != nil
        let (wanted, found) = (wanted.words(isBoth), found.words(isBoth))
        return preconditionFailed(
            "inequivalent arg '\(argument)' for \(thing) in vhost '/': received \(wanted) but current is \(found)")
    }

    /// A reply text is a short string: what is longer is cut.
    private static func reply(_ code: UInt16, _ text: String) -> BrokerReply {
        let cut = text.utf8.count > 255 ? String(decoding: text.utf8.prefix(252), as: UTF8.self) + "..." : text
        return BrokerReply(code: code, text: cut)
    }
}

extension AMQPValue? {
    fileprivate func words(_ isBoth: Bool) -> String {
        guard let value = self else { return "none" }
        return isBoth ? "'\(value.erlang)'" : "the value '\(value.erlang)' of type '\(value.typeName)'"
    }
}

extension AMQPValue {
    /// RabbitMQ's name for its type.
    var typeName: String {
        switch self {
        case .null: "void"
        case .bool: "bool"
        case .int, .unsigned: "long"
        case .double: "double"
        case .string: "longstr"
        case .bytes: "binary"
        case .timestamp: "timestamp"
        case .array: "array"
        case .table: "table"
        }
    }

    fileprivate var erlang: String {
        switch self {
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .unsigned(let value), .timestamp(let value): "\(value)"
        case .string(let value): value
        case .double(let value): "\(value)"
        case .null, .bytes, .array, .table: "\(self)"
        }
    }
}
