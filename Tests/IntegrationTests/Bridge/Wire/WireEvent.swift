import AMQPBridge

/// Something that happened, with a number; several publishers count for themselves.
struct WireEvent: Event {
    static let type: EventType = "test.wire.happened.v1"
    static let routingKey: RoutingKey = "wire.happened"

    var publisher: Int
    var number: Int

    var subject: String { "\(publisher)" }
    var id: WireEventID { WireEventID(publisher: publisher, number: number) }
}

struct WireEventID: Hashable, Sendable {
    var publisher: Int
    var number: Int
}
