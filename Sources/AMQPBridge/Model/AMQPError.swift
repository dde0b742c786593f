/// Everything the bridge throws: what happened, in words that say what to do, and whether trying again can help.
///
/// `message` never holds a password. Broker reply codes are those of AMQP 0-9-1, section 1.2 ("constants").
public struct AMQPError: Error, Sendable {
    /// What to decide by.
    public var code: Code
    /// For people: what happened and what to do about it.
    public var message: String
    /// The broker's reply code (for example 406), when the broker said so itself.
    public var replyCode: UInt16?
    /// The error that led to this one; nil when this is the first.
    public var underlyingError: (any Error)?
    /// Where in the source it was made, as `#fileID`.
    public var file: StaticString
    /// The line in `file`.
    public var line: UInt

    /// - Parameters:
    ///   - message: never with a password in it.
    ///   - file: with `line` the caller's place unless given.
    public init(
        _ code: Code,
        _ message: String,
        replyCode: UInt16? = nil,
        underlyingError: (any Error)? = nil,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.message = message
        self.replyCode = replyCode
        self.underlyingError = underlyingError
        self.file = file
        self.line = line
    }

    /// True when the same call may succeed later, on a new connection if need be: the broker was away, busy or slow, a
    /// queue was full or held, or what the call needs is still to be declared or bound.
    public var isRetriable: Bool { Self.retriable.contains(code) }

    private static let retriable: Set<Code> = [
        .unreachable, .connectionLost, .timeout, .nacked, .unroutable, .outcomeUnknown, .resourceLocked, .notFound,
        .closed,
    ]
}

extension AMQPError {
    /// What kind of failure it is. Extensible: switch with a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// In lower case with underscores. It does not change: dead letters bear it, and a search for them goes by it.
        public let description: String

        /// A kind of one's own. Two with the same text are the same.
        public init(_ description: String) { self.description = description }

        /// No connection to any broker of the address could be made.
        public static let unreachable = Code("unreachable")
        /// The connection was lost, or the broker closed it or its channel.
        public static let connectionLost = Code("connection_lost")
        /// User name or password refused (broker: 403 during login). Trying again does not help.
        public static let credentialsRefused = Code("credentials_refused")
        /// The vhost does not exist or this user may not enter it (broker: 530).
        public static let vhostRefused = Code("vhost_refused")
        /// No TLS with this broker: a certificate, key or file does not do, or the port speaks none. The message says which
        /// and what to do. Trying again does not help.
        public static let tlsRefused = Code("tls_refused")
        /// This user lacks the permission (broker: 403 on a channel).
        public static let permissionDenied = Code("permission_denied")
        /// The exchange or queue does not exist (broker: 404).
        public static let notFound = Code("not_found")
        /// The exchange or queue exists with other arguments (broker: 406).
        public static let preconditionFailed = Code("precondition_failed")
        /// Somebody else holds the queue exclusively (broker: 405 or 403 for exclusive consumers).
        public static let resourceLocked = Code("resource_locked")
        /// The broker refused to take the message (`basic.nack`), for example because a queue is full.
        public static let nacked = Code("nacked")
        /// No queue is bound for the routing key; the broker returned the message.
        public static let unroutable = Code("unroutable")
        /// Nobody can say whether the broker has the message: the connection was lost or the deadline passed first.
        public static let outcomeUnknown = Code("outcome_unknown")
        /// A call, or a handler, did not finish by its deadline.
        public static let timeout = Code("timeout")
        /// The caller's task was cancelled.
        public static let cancelled = Code("cancelled")
        /// The connection was closed by this side.
        public static let closed = Code("closed")
        /// A body, header or name exceeds a limit. Nothing was sent.
        public static let tooLarge = Code("too_large")
        /// A received body is not a valid event, or one to be sent has attributes that no receiver would read.
        public static let undecodable = Code("undecodable")
        /// An event type nobody registered a handler for, for example an unknown major version.
        public static let unknownEventType = Code("unknown_event_type")
        /// A setting or address cannot be used as it is.
        public static let invalidConfiguration = Code("invalid_configuration")
        /// The peer does not speak AMQP 0-9-1 as it should.
        public static let protocolViolation = Code("protocol_violation")
    }
}

extension AMQPError: CustomStringConvertible {
    public var description: String {
        var text = "\(code): \(message)"
        if let underlyingError { text += " (\(underlyingError))" }
        return text
    }
}
