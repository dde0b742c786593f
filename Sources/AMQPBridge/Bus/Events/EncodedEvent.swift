import Tracing

/// An event ready to be stored or sent: its body and what the broker needs to know.
public struct EncodedEvent: Hashable, Sendable {
    /// The message's id, too, however often it is sent: receivers know it again by this. At most 255 bytes.
    public var id: String
    /// Repeated as the message's `type`.
    public var type: EventType
    /// Events of one key keep their order on the way out.
    public var key: String
    /// Where the topic exchange sends it.
    public var routingKey: RoutingKey
    /// Required: publishing it is mandatory, and fails as `unroutable` when nobody listens.
    public var audience: Audience
    /// Repeated as the message's `correlation_id`.
    public var correlationID: String
    /// Repeated as the message's `app_id`.
    public var source: String
    /// Repeated as the message's `timestamp`, in whole seconds.
    public var time: RFC3339Time
    /// The codec's.
    public var contentType: String
    /// At most 1 MiB.
    public var body: [UInt8]

    /// As an outbox gives it back. Nothing is checked before it is published: see ``EventEncoder/encode(_:causedBy:)``.
    public init(
        id: String, type: EventType, key: String, routingKey: RoutingKey, audience: Audience, correlationID: String,
        source: String, time: RFC3339Time, contentType: String, body: [UInt8]
    ) {
        self.id = id
        self.type = type
        self.key = key
        self.routingKey = routingKey
        self.audience = audience
        self.correlationID = correlationID
        self.source = source
        self.time = time
        self.contentType = contentType
        self.body = body
    }

    /// The message: persistent, with the properties that brokers and tools look at repeated from the event.
    public func publishing(to exchange: ExchangeName) -> Publishing {
        var properties = MessageProperties()
        properties.contentType = contentType
        properties.messageID = id
        properties.correlationID = correlationID
        properties.type = type.rawValue
        properties.appID = source
        properties.timestamp = UInt64(max(0, time.milliseconds / 1000))
        return Publishing(
            exchange: exchange, routingKey: routingKey, isMandatory: audience == .required, properties: properties,
            body: body)
    }
}

/// Makes events of one emitter ready to be sent.
public struct EventEncoder: Sendable {
    /// CloudEvents `source` of all its events: at most 255 bytes and no control characters, else encoding throws.
    public var source: String
    /// Default: ``CloudEventsCodec``. Receivers must use the same.
    public var codec: any EventCodec

    /// - Parameter source: who emits, for example `/shop/order`.
    public init(source: String, codec: any EventCodec = CloudEventsCodec()) {
        self.source = source
        self.codec = codec
    }

    /// Gives the event an id and a time, and ties it to the event that led to it and to the trace it belongs to: that of the
    /// handler that runs here (``HandlingScope``), else that of the event that led to it, else one of its own.
    ///
    /// - Throws: `tooLarge` when an id, subject or the body exceeds what a message takes; whatever the codec throws.
    public func encode(_ event: some Event, causedBy cause: EventMetadata? = nil) throws -> EncodedEvent {
        var metadata = EventMetadata(
            source: source, type: Swift.type(of: event).type, subject: event.subject,
            correlationID: cause?.correlationID ?? event.subject, causationID: cause?.id)
        let parent = ServiceContext.current?.handling?.traceParent ?? cause?.traceParent ?? metadata.traceParent
        metadata.traceparent = parent.description
        let body = try codec.encode(event, metadata)
        let encoded = EncodedEvent(
            id: metadata.id, type: metadata.type, key: metadata.subject, routingKey: Swift.type(of: event).routingKey,
            audience: Swift.type(of: event).audience, correlationID: metadata.correlationID, source: source,
            time: metadata.time, contentType: codec.contentType, body: body)
        // What could never be sent must not get into an outbox.
        try MessageLimits.check(encoded.publishing(to: "x"), frameMax: 4096)
        return encoded
    }
}
