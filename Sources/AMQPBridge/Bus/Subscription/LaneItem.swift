/// A delivery in hand, with what is to be done about it.
///
/// What does not change is shared: an item goes through many hands, and dozens of texts are in it.
struct LaneItem: Sendable {
    enum Content: Sendable {
        case event(IncomingEvent, Handling)
        /// It cannot be handled: a dead letter.
        case refused(any Error)
    }

    struct Handling: Sendable {
        /// Nil in the lane of a batch handler.
        var handler: HandlerRegistry.Single?
        var policy: RetryPolicy
    }

    private final class Arrival: Sendable {
        let delivery: Delivery
        let consumer: DeliveryConsumer
        let content: Content
        let attempts: Int
        let id: String
        let key: String
        let fault: InjectedFault?

        init(_ delivery: Delivery, _ consumer: DeliveryConsumer, _ content: Content, attempts: Int) {
            if case .event(let event, _) = content {
                id = event.context.metadata.id
                key = event.context.metadata.subject.isEmpty ? id : event.context.metadata.subject
                fault = event.fault
            } else {
                (id, key, fault) = ("", "", nil)
            }
            self.delivery = delivery
            self.consumer = consumer
            self.content = content
            self.attempts = attempts
        }
    }

    private let arrival: Arrival
    /// How often it was tried while the breaker was open.
    var probes = 0
    /// A second delivery that only a test knows of. Whatever it is settled with, the first has been.
    var isDuplicate = false

    init(delivery: Delivery, consumer: DeliveryConsumer, content: Content, attempts: Int) {
        arrival = Arrival(delivery, consumer, content, attempts: attempts)
    }

    var delivery: Delivery { arrival.delivery }
    var consumer: DeliveryConsumer { arrival.consumer }
    var content: Content { arrival.content }
    /// Handler calls before this delivery.
    var attempts: Int { arrival.attempts }
    /// The event's; empty for what could not be read.
    var id: String { arrival.id }
    /// Events of one key keep their order; without a subject an event has no key but itself.
    var key: String { arrival.key }
    /// What a test lets go wrong with it.
    var fault: InjectedFault? { arrival.fault }

    /// Nil for what could not be read.
    var event: IncomingEvent? { if case .event(let event, _) = content { event } else { nil } }

    /// The order in which deliveries arrived.
    func isBefore(_ other: LaneItem) -> Bool {
        (delivery.tag.epoch, delivery.tag.value) < (other.delivery.tag.epoch, other.delivery.tag.value)
    }

    /// How often a quorum queue says that it came back.
    var deliveryCount: Int64 { delivery.properties.headers[BridgeHeader.deliveryCount]?.int ?? 0 }

    /// So often a lost connection may have brought it back before it looks as if it killed whoever had it. Far below the
    /// delivery limit, so that its neighbours, who come back with it, are safe.
    private static let harmlessReturns: Int64 = 2

    /// It did not kill the process earlier, as far as can be told.
    var isUnsuspected: Bool { !delivery.isRedelivered || (1...Self.harmlessReturns).contains(deliveryCount) }
}

/// What a handled or failed item leads to, until it can be settled.
struct Conclusion {
    enum Kind {
        /// Handled; what is to be published are the events that follow.
        case handled
        /// Its copy on the service's own return path is to be published.
        case copied
    }

    var item: LaneItem
    var kind: Kind
    /// To be confirmed before the item may be acked; empty: it can be acked now.
    var publishings: [Publishing]

    /// Later events of its key must wait for these to be confirmed: if they are not, it was not handled.
    var mustPrecede: Bool { kind == .handled && !publishings.isEmpty }
}
