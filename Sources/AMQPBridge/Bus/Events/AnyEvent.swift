/// An event of any type, of which only what it says about itself is looked at: for who watches, counts or stores events,
/// whatever they are.
///
/// A handler for it takes the events that no other handler of the service takes. What its data hold is not read; the
/// metadata stand in the handler's ``EventContext``. It cannot be sent.
public struct AnyEvent: Event {
    /// No type that an event can have.
    public static let type: EventType = "*"
    public static let routingKey: RoutingKey = "#"

    public var subject: String { "" }

    public init() {}

    /// Reads nothing.
    public init(from decoder: any Decoder) throws {}

    /// - Throws: `invalidConfiguration`.
    public func encode(to encoder: any Encoder) throws {
        throw AMQPError(.invalidConfiguration, "an AnyEvent stands for events of others and cannot be sent")
    }
}
