/// How an event becomes bytes and back. The one place to plug in another format.
public protocol EventCodec: Sendable {
    var contentType: String { get }

    func encode(_ event: some Event, _ metadata: EventMetadata) throws -> [UInt8]

    /// Bytes from a stranger: any content must end in a value or a thrown error, in bounded time and memory.
    ///
    /// - Parameter types: the types this receiver knows.
    /// - Throws: `AMQPError` with `undecodable` or `unknownEventType`.
    func decode(_ body: [UInt8], as types: [EventType: any Event.Type]) throws -> (EventMetadata, any Event)
}
