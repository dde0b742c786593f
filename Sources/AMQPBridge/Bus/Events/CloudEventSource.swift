/// The names in a CloudEvent's JSON: attributes of CloudEvents 1.0, extensions of ours, and the data.
enum CloudEventAttribute: Int, CodingKey {
    case specversion, id, source, type, subject, time, datacontenttype, traceparent, correlationid, causationid, data
}

/// Where a CloudEvent is read from; what is right in it is the same everywhere.
protocol CloudEventSource {
    /// Hands out an attribute's text (UTF-8). Nil when it is missing or null.
    func read<Value>(
        _ attribute: CloudEventAttribute, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value
    ) throws -> Value?
    /// Of CloudEvents. Throws when it is missing.
    func version() throws -> String
    func data<E: Event>(_ type: E.Type) throws -> E
}

extension CloudEventSource {
    /// The event, as one of these types.
    func event(as types: [EventType: any Event.Type]) throws -> (EventMetadata, any Event) {
        try checkVersion()
        let type = EventType(rawValue: try text(.type))
        guard let known = types[type] ?? types[AnyEvent.type] else {
            throw AMQPError(.unknownEventType, "nobody here handles events of type '\(type)'")
        }
        let event: any Event = try data(known)
        return (try metadata(type, defaultSubject: event.subject), event)
    }

    /// The attributes alone.
    func metadata() throws -> EventMetadata {
        try checkVersion()
        return try metadata(EventType(rawValue: try text(.type)), defaultSubject: "")
    }

    private func checkVersion() throws {
        let version = try version()
        guard version == "1.0" || version.hasPrefix("1.") else {
            throw AMQPError(.undecodable, "CloudEvents \(version.prefix(20)) is not known; 1.0 is")
        }
    }

    private func metadata(_ type: EventType, defaultSubject: String) throws -> EventMetadata {
        guard let time = try read(.time, { RFC3339Time($0) }) ?? .now else {
            throw AMQPError(.undecodable, "the attribute 'time' is not an RFC 3339 time")
        }
        let subject = try optionalText(.subject) ?? defaultSubject
        let (id, source) = (try text(.id), try text(.source))
        let traceparent = try optionalText(.traceparent)
        let correlationID = try optionalText(.correlationid) ?? subject
        let causationID = try optionalText(.causationid)
        return EventMetadata(
            id: id, source: source, type: type, subject: subject, time: time, traceparent: traceparent,
            correlationID: correlationID, causationID: causationID)
    }

    /// An attribute that must be there.
    private func text(_ attribute: CloudEventAttribute) throws -> String {
        guard let text = try optionalText(attribute), !text.isEmpty else {
            throw AMQPError(.undecodable, "the attribute '\(attribute.stringValue)' is missing")
        }
        return text
    }

    private func optionalText(_ attribute: CloudEventAttribute) throws -> String? {
        try read(attribute) { text in
            if let fault = AttributeFault(text) {
                throw AMQPError(.undecodable, "the attribute '\(attribute.stringValue)' \(fault.words)")
            }
            return String(decoding: text, as: UTF8.self)
        }
    }
}

/// Why a text cannot be an attribute.
struct AttributeFault {
    var code: AMQPError.Code
    var words: String

    init?(_ text: String) {
        guard let fault = text.withBytes({ AttributeFault($0) }) else { return nil }
        self = fault
    }

    init?(_ text: UnsafeBufferPointer<UInt8>) {
        if text.count > 255 {
            // As in an AMQP property.
            (code, words) = (.tooLarge, "is longer than 255 bytes")
        } else if text.holdsControl() {
            // CloudEvents 1.0, 3.1; a NUL would end an id early in many a database.
            (code, words) = (.undecodable, "holds control characters")
        } else {
            return nil
        }
    }
}
