import CRabbitMQ

/// The library's status codes and the broker's replies as errors that say what to do.
enum CReply {
    /// The library's own words for a status code.
    static func text(_ status: Int32) -> String { String(cString: amqp_error_string2(status)) }

    static func error(status: Int32, doing what: String) -> AMQPError {
        let code: AMQPError.Code =
            switch status {
            case AMQP_STATUS_TIMEOUT.rawValue, AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue: .timeout
            case AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION.rawValue, AMQP_STATUS_BAD_AMQP_DATA.rawValue,
                AMQP_STATUS_UNKNOWN_CLASS.rawValue, AMQP_STATUS_UNKNOWN_METHOD.rawValue:
                .protocolViolation
            default: .connectionLost
            }
        return AMQPError(code, "\(what): \(text(status))")
    }

    /// What the broker says when it closes the channel or the connection instead of answering.
    static func refusal(_ method: amqp_method_t, doing what: String) -> AMQPError {
        if method.id == AMQP_CHANNEL_CLOSE_METHOD, let decoded = method.decoded {
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return BrokerReply(code: close.reply_code, text: String(close.reply_text)).error(doing: what)
        }
        if method.id == AMQP_CONNECTION_CLOSE_METHOD, let decoded = method.decoded {
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return BrokerReply(code: close.reply_code, text: String(close.reply_text)).error(doing: what)
        }
        return AMQPError(.connectionLost, "\(what): the broker closed the connection")
    }
}
