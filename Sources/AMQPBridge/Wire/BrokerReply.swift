/// Why the broker closed a channel or a connection: a reply code (AMQP 0-9-1, 1.2) and RabbitMQ's own words.
package struct BrokerReply: Equatable {
    package var code: UInt16
    package var text: String

    package init(code: UInt16, text: String) {
        self.code = code
        self.text = text
    }

    package func error(doing what: String) -> AMQPError {
        AMQPError(errorCode, "\(what): \(text)", replyCode: code)
    }

    private var errorCode: AMQPError.Code {
        switch code {
        case 403 where text.contains("exclusive use"): .resourceLocked
        case 403: .permissionDenied
        case 404: .notFound
        case 405: .resourceLocked
        case 406: .preconditionFailed
        case 530: .vhostRefused
        default: .connectionLost
        }
    }
}

extension AMQPError {
    /// True for the broker's "soft errors" (AMQP 0-9-1, 1.2): the channel is gone, the connection is not.
    package var closesChannelOnly: Bool {
        guard let replyCode else { return false }
        return [311, 312, 313, 403, 404, 405, 406].contains(replyCode)
    }
}
