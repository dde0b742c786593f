/// Something that happened, as a value: what one service tells all others, or a command to one of them.
///
/// Name the fields in `CodingKeys` as they stand in the JSON. Adding an optional field is a compatible change; anything
/// else is a new major version: another type, with another ``EventType``.
public protocol Event: Codable, Sendable {
    /// The CloudEvents type with its major version, for example `shop.order.created.v1`.
    static var type: EventType { get }
    /// Where the topic exchange sends it.
    static var routingKey: RoutingKey { get }
    /// Whether somebody must be listening. Default: `.required`.
    static var audience: Audience { get }
    /// What it is about, for example the order's id. Events of one subject are published in order.
    var subject: String { get }
}

extension Event {
    /// Somebody must be listening.
    public static var audience: Audience { .required }
}

/// Who has to listen to an event.
public enum Audience: String, Sendable, Codable {
    /// At least one queue must be bound for its key; otherwise publishing fails as `unroutable`.
    ///
    /// It notices that nobody listens, not that a certain service does not: a queue bound to `#` counts.
    case required
    /// Nobody needs to listen.
    case optional
}

/// A CloudEvents type: reverse-DNS-like words and a major version at the end.
public struct EventType: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }
}

/// What an event says about itself besides its data (CloudEvents 1.0 attributes and our extensions).
public struct EventMetadata: Hashable, Sendable {
    /// Unique; stays the same however often the event is sent or handled.
    public var id: String
    /// Who emitted it, for example `/shop/order`.
    public var source: String
    /// CloudEvents `type`, with the major version.
    public var type: EventType
    /// CloudEvents `subject`: what it is about. Events of one subject keep their order.
    public var subject: String
    /// CloudEvents `time`: when it was emitted; when it arrived, if its sender did not say.
    public var time: RFC3339Time
    /// W3C trace context, passed on unread.
    public var traceparent: String?
    /// Shared by all events of one story: the first one's subject, for example the id of an order.
    public var correlationID: String
    /// The id of the event that led to this one; nil for the first.
    public var causationID: String?

    /// Unless said otherwise a new event: with an id of its own (``UUIDv7``), of now, and led to by none.
    public init(
        id: String = UUIDv7().description,
        source: String,
        type: EventType,
        subject: String,
        time: RFC3339Time = .now,
        traceparent: String? = nil,
        correlationID: String,
        causationID: String? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.traceparent = traceparent
        self.correlationID = correlationID
        self.causationID = causationID
    }
}

/// What a handler gets besides the event.
public struct EventContext: Sendable {
    /// What the event says about itself.
    public var metadata: EventMetadata
    /// The key it was published with first, also when it comes back from the retry ladder or the dead letters.
    public var routingKey: RoutingKey
    /// 1 for the first call; counted anew after a replay from the dead letters.
    public var attempt: Int
    /// True when the broker may have delivered it before.
    public var isRedelivered: Bool

    /// As on a first call, for tests of handlers.
    public init(metadata: EventMetadata, routingKey: RoutingKey, attempt: Int = 1, isRedelivered: Bool = false) {
        self.metadata = metadata
        self.routingKey = routingKey
        self.attempt = attempt
        self.isRedelivered = isRedelivered
    }
}

/// An event that arrived, decoded.
public struct IncomingEvent: Sendable {
    /// Of one of the types that handlers are registered for.
    public var event: any Event
    /// How it came, and what it says about itself.
    public var context: EventContext
    /// What a test lets go wrong with it.
    package var fault: InjectedFault?
    /// What looks at the calls of its handler.
    package var instruments: HandlerInstruments?

    /// As a bus hands it to a batch handler, for tests of those.
    public init(event: any Event, context: EventContext) {
        self.event = event
        self.context = context
    }
}
