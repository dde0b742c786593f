import FoundationEssentials

/// CloudEvents 1.0 in the JSON event format, structured mode: attributes and data in one object.
///
/// Unknown attributes and fields are ignored, so that senders can add some. An unknown type, which includes an unknown
/// major version, is refused.
public struct CloudEventsCodec: EventCodec {
    /// As CloudEvents 1.0's JSON event format says (section 3).
    public let contentType = "application/cloudevents+json"

    /// Has no settings.
    public init() {}

    /// - Throws: `tooLarge` or `undecodable` for attributes that no receiver would read.
    public func encode(_ event: some Event, _ metadata: EventMetadata) throws -> [UInt8] {
        for (name, text) in [("id", metadata.id), ("source", metadata.source), ("subject", metadata.subject)] {
            if let fault = AttributeFault(text) { throw AMQPError(fault.code, "the event's \(name) \(fault.words)") }
        }
        return try PlainJSON.encode(OutgoingCloudEvent(metadata: metadata, data: event))
    }

    /// A missing `time` is the time of arrival, a missing `subject` the event's own, a missing `correlationid` the
    /// subject.
    ///
    /// - Throws: `unknownEventType`; `undecodable` for anything else that is wrong, with the place in the JSON where
    ///   that is known, and for bodies of more than 1 MiB or 32 levels.
    public func decode(_ body: [UInt8], as types: [EventType: any Event.Type]) throws -> (EventMetadata, any Event) {
        let plain = PlainJSON.plainly(body) { try IncomingCloudEvent(from: $0.root, configuration: types) }
        let event =
            try plain
            ?? Self.decoding(body) {
                try JSONDecoder().decode(IncomingCloudEvent.self, from: $0, configuration: types)
            }
        return (event.metadata, event.data)
    }

    /// What an event of any type says about itself, its data left unread. The subject is empty when it names none.
    ///
    /// - Throws: `undecodable`, as ``decode(_:as:)``.
    public func decodeMetadata(_ body: [UInt8]) throws -> EventMetadata {
        let plain = PlainJSON.plainly(body) { try CloudEventAttributes(from: $0.root).metadata }
        return try plain
            ?? Self.decoding(body) { try JSONDecoder().decode(CloudEventAttributes.self, from: $0).metadata }
    }

    private static func decoding<Value>(_ body: [UInt8], _ decode: (Data) throws -> Value) throws -> Value {
        try JSONLimits.check(body)
        do {
            return try decode(Data(body))
        } catch let error as DecodingError {
            throw AMQPError(.undecodable, error.plainDescription)
        }
    }
}

private enum Attribute: String, CodingKey {
    case specversion, id, source, type, subject, time, datacontenttype, traceparent, correlationid, causationid, data
}

/// Why a text cannot be an attribute.
private struct AttributeFault {
    var code: AMQPError.Code
    var words: String

    init?(_ text: String) {
        if text.utf8.count > 255 {
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

private struct OutgoingCloudEvent<Data: Event>: Encodable {
    var metadata: EventMetadata
    var data: Data

    func encode(to encoder: any Encoder) throws {
        var attributes = encoder.container(keyedBy: Attribute.self)
        try attributes.encode("1.0", forKey: .specversion)
        try attributes.encode(metadata.id, forKey: .id)
        try attributes.encode(metadata.source, forKey: .source)
        try attributes.encode(metadata.type.rawValue, forKey: .type)
        try attributes.encode(metadata.subject, forKey: .subject)
        try attributes.encode(metadata.time.description, forKey: .time)
        try attributes.encode("application/json", forKey: .datacontenttype)
        try attributes.encodeIfPresent(metadata.traceparent, forKey: .traceparent)
        try attributes.encode(metadata.correlationID, forKey: .correlationid)
        try attributes.encodeIfPresent(metadata.causationID, forKey: .causationid)
        try attributes.encode(data, forKey: .data)
    }
}

private struct IncomingCloudEvent: DecodableWithConfiguration {
    /// The types the receiver knows.
    typealias DecodingConfiguration = [EventType: any Event.Type]

    let metadata: EventMetadata
    let data: any Event

    init(from decoder: any Decoder, configuration types: DecodingConfiguration) throws {
        let attributes = try decoder.container(keyedBy: Attribute.self)
        try attributes.checkVersion()
        let type = EventType(rawValue: try attributes.text(.type))
        guard let known = types[type] ?? types[AnyEvent.type] else {
            throw AMQPError(.unknownEventType, "nobody here handles events of type '\(type)'")
        }
        data = try attributes.event(known)
        metadata = try attributes.metadata(type, defaultSubject: data.subject)
    }
}

/// The attributes alone.
private struct CloudEventAttributes: Decodable {
    let metadata: EventMetadata

    init(from decoder: any Decoder) throws {
        let attributes = try decoder.container(keyedBy: Attribute.self)
        try attributes.checkVersion()
        metadata = try attributes.metadata(EventType(rawValue: try attributes.text(.type)), defaultSubject: "")
    }
}

extension KeyedDecodingContainer<Attribute> {
    fileprivate func checkVersion() throws {
        let version = try decode(String.self, forKey: .specversion)
        guard version == "1.0" || version.hasPrefix("1.") else {
            throw AMQPError(.undecodable, "CloudEvents \(version.prefix(20)) is not known; 1.0 is")
        }
    }

    fileprivate func metadata(_ type: EventType, defaultSubject: String) throws -> EventMetadata {
        let time = try decodeIfPresent(String.self, forKey: .time)
        guard let time = time.map({ RFC3339Time($0) }) ?? .now else {
            throw AMQPError(.undecodable, "the attribute 'time' is not an RFC 3339 time")
        }
        let subject = try optionalText(.subject) ?? defaultSubject
        return EventMetadata(
            id: try text(.id), source: try text(.source), type: type, subject: subject, time: time,
            traceparent: try optionalText(.traceparent), correlationID: try optionalText(.correlationid) ?? subject,
            causationID: try optionalText(.causationid))
    }

    /// An attribute that must be there.
    fileprivate func text(_ key: Attribute) throws -> String {
        guard let text = try optionalText(key), !text.isEmpty else {
            throw AMQPError(.undecodable, "the attribute '\(key.rawValue)' is missing")
        }
        return text
    }

    fileprivate func optionalText(_ key: Attribute) throws -> String? {
        let text = try decodeIfPresent(String.self, forKey: key)
        if let fault = text.flatMap({ AttributeFault($0) }) {
            throw AMQPError(.undecodable, "the attribute '\(key.rawValue)' \(fault.words)")
        }
        return text
    }

    fileprivate func event(_ type: (some Event).Type) throws -> any Event { try decode(type, forKey: .data) }
}

extension DecodingError {
    /// Where in the JSON it went wrong, and how, without the library's debug dump.
    fileprivate var plainDescription: String {
        func place(_ context: Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "" : " at '\(path)'"
        }
        switch self {
        case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing\(place(context))"
        case .typeMismatch(let type, let context): return "not a \(type)\(place(context))"
        case .valueNotFound(let type, let context): return "null instead of a \(type)\(place(context))"
        // Foundation's parser tells neither where nor what, and takes a number that does not fit for a broken text.
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            return "not valid JSON, or it holds a number that does not fit its field"
        case .dataCorrupted(let context): return "not valid\(place(context)): \(context.debugDescription)"
        @unknown default: return "not an event"
        }
    }
}
