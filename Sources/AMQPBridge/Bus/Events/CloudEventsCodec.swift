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
        try Self.check("id", metadata.id)
        try Self.check("source", metadata.source)
        try Self.check("subject", metadata.subject)
        return try PlainJSON.plainly { try $0.write(event, metadata) } ?? Self.encoding(event, metadata)
    }

    private static func encoding(_ event: some Event, _ metadata: EventMetadata) throws -> [UInt8] {
        try PlainJSON.byFoundation(OutgoingCloudEvent(metadata: metadata, data: event))
    }

    private static func check(_ name: StaticString, _ text: String) throws(AMQPError) {
        if let fault = AttributeFault(text) { throw AMQPError(fault.code, "the event's \(name) \(fault.words)") }
    }

    /// A missing `time` is the time of arrival, a missing `subject` the event's own, a missing `correlationid` the
    /// subject.
    ///
    /// - Throws: `unknownEventType`; `undecodable` for anything else that is wrong, with the place in the JSON where
    ///   that is known, and for bodies of more than 1 MiB or 32 levels.
    public func decode(_ body: [UInt8], as types: [EventType: any Event.Type]) throws -> (EventMetadata, any Event) {
        if let event = PlainJSON.plainly(body, { try PlainCloudEvent($0).event(as: types) }) { return event }
        return try Self.decoding(body) {
            try JSONDecoder().decode(IncomingCloudEvent.self, from: $0, configuration: types).event
        }
    }

    /// What an event of any type says about itself, its data left unread. The subject is empty when it names none.
    ///
    /// - Throws: `undecodable`, as ``decode(_:as:)``.
    public func decodeMetadata(_ body: [UInt8]) throws -> EventMetadata {
        if let metadata = PlainJSON.plainly(body, { try PlainCloudEvent($0).metadata() }) { return metadata }
        return try Self.decoding(body) { try JSONDecoder().decode(CloudEventMetadata.self, from: $0).metadata }
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

// MARK: - As Foundation's coders see them

private struct OutgoingCloudEvent<Data: Event>: Encodable {
    var metadata: EventMetadata
    var data: Data

    func encode(to encoder: any Encoder) throws {
        var attributes = encoder.container(keyedBy: CloudEventAttribute.self)
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
    let event: (EventMetadata, any Event)

    /// - Parameter types: those that the receiver knows.
    init(from decoder: any Decoder, configuration types: [EventType: any Event.Type]) throws {
        event = try decoder.container(keyedBy: CloudEventAttribute.self).event(as: types)
    }
}

private struct CloudEventMetadata: Decodable {
    let metadata: EventMetadata

    init(from decoder: any Decoder) throws {
        metadata = try decoder.container(keyedBy: CloudEventAttribute.self).metadata()
    }
}

extension KeyedDecodingContainer<CloudEventAttribute>: CloudEventSource {
    func read<Value>(
        _ attribute: CloudEventAttribute, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value
    ) throws -> Value? {
        var text = try decodeIfPresent(String.self, forKey: attribute)
        return try text?.withUTF8(body)
    }

    func version() throws -> String { try decode(String.self, forKey: .specversion) }
    func data<E: Event>(_ type: E.Type) throws -> E { try decode(type, forKey: .data) }
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
