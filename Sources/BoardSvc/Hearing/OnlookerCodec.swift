import AMQPBridge
import ShopEvents

/// Reads CloudEvents, and takes what is none for an event of the type ``unreadable``: the board tells that somebody sent
/// such a thing. That it becomes a dead letter is for those to see to whom it was sent.
struct OnlookerCodec: EventCodec {
    static let unreadable: EventType = "unreadable"

    /// As everybody; what nobody can read may come from anybody.
    static let senders = SenderRule { user, type in type == unreadable || ShopUser.maySend(user, type) }

    private let events = CloudEventsCodec()

    var contentType: String { events.contentType }

    func encode(_ event: some Event, _ metadata: EventMetadata) throws -> [UInt8] {
        try events.encode(event, metadata)
    }

    func decode(_ body: [UInt8], as types: [EventType: any Event.Type]) throws -> (EventMetadata, any Event) {
        if let event = try? events.decode(body, as: types) { return event }
        return (Self.metadata(of: body), HeardEvent())
    }

    func decodeMetadata(_ body: [UInt8]) throws -> EventMetadata {
        (try? events.decodeMetadata(body)) ?? Self.metadata(of: body)
    }

    /// The same bytes are the same event, however often they come.
    private static func metadata(of body: [UInt8]) -> EventMetadata {
        EventMetadata(
            id: StableHash.of(String(decoding: body, as: UTF8.self)).hexadecimal, source: unreadable.rawValue,
            type: unreadable, subject: "", correlationID: "")
    }
}
