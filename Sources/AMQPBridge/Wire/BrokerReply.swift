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

    /// What a 406 says about a declaration: which argument, what was wanted, what stands.
    ///
    /// RabbitMQ 3.10 writes: inequivalent arg 'x-queue-type' for queue 'order.in' in vhost 'shop': received 'classic'
    /// but current is 'quorum'. A missing value reads: received none but current is the value '60000' of type 'long'.
    package var difference: TopologyDifference? {
        guard code == 406, let start = text.firstRange(of: "inequivalent arg '"),
            let end = text[start.upperBound...].firstRange(of: "' for "),
            let received = text.firstRange(of: ": received "),
            let current = text[received.upperBound...].firstRange(of: " but current is ")
        else { return nil }
        return TopologyDifference(
            argument: String(text[start.upperBound..<end.lowerBound]),
            wanted: Self.plain(text[received.upperBound..<current.lowerBound]),
            found: Self.plain(text[current.upperBound...]))
    }

    /// The value itself, without RabbitMQ's quotes and type; a reply text ends at 255 bytes, perhaps inside the value.
    private static func plain(_ text: Substring) -> String {
        guard let open = text.firstIndex(of: "'") else { return text.trimmingSpaces }
        let value = text[text.index(after: open)...]
        return String(value[..<(value.firstIndex(of: "'") ?? value.endIndex)])
    }
}

extension AMQPError {
    /// True for the broker's "soft errors" (AMQP 0-9-1, 1.2): the channel is gone, the connection is not.
    package var closesChannelOnly: Bool {
        guard let replyCode else { return false }
        return [311, 312, 313, 403, 404, 405, 406].contains(replyCode)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
