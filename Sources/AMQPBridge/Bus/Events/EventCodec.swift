/// How an event becomes bytes and back. The one place to plug in another format.
public protocol EventCodec: Sendable {
    /// What messages say of their bodies; receivers do not look at it.
    var contentType: String { get }

    /// The body of a message, which has to hold the metadata, too.
    ///
    /// - Throws: what keeps the event from being sent at all.
    func encode(_ event: some Event, _ metadata: EventMetadata) throws -> [UInt8]

    /// Bytes from a stranger: any content must end in a value or a thrown error, in bounded time and memory.
    ///
    /// - Parameter types: the types this receiver knows; with ``AnyEvent`` among them, all others are that.
    /// - Throws: `AMQPError` with `undecodable` or `unknownEventType`.
    func decode(_ body: [UInt8], as types: [EventType: any Event.Type]) throws -> (EventMetadata, any Event)

    /// What an event of any type says about itself, its data left unread.
    ///
    /// - Throws: `AMQPError` with `undecodable`.
    func decodeMetadata(_ body: [UInt8]) throws -> EventMetadata
}
