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

    /// The error in a call's reply, or nil when it was answered as it should be.
    static func error(_ reply: amqp_rpc_reply_t, doing what: String) -> AMQPError? {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return nil
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            return serverError(reply.reply, doing: what)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            return error(status: reply.library_error, doing: what)
        default:
            return AMQPError(.connectionLost, "\(what): the broker did not answer")
        }
    }

    private static func serverError(_ method: amqp_method_t, doing what: String) -> AMQPError {
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
