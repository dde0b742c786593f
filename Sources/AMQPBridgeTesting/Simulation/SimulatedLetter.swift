public import AMQPBridge

/// An event that a simulated service could not handle.
public struct SimulatedLetter: Sendable {
    /// Whose dead-letter queue it is in.
    public var service: String
    public var event: EncodedEvent
    /// What the handler, or the decoder, threw last.
    public var error: String
}
