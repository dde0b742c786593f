/// Sends events and tells what became of each.
public protocol EventPublisher: Sendable {
    /// Outcomes in the order of the events. Never throws: while there is no connection the outcome is `unknown` with
    /// the cause, at once.
    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome]
}

/// Events in, events out, for one service.
///
/// Handlers are registered first, then `run()` consumes until a graceful shutdown. An event is settled only after its
/// handler returned *and* every event it led to is confirmed; it is handled at least once, in any order across
/// subjects, so handlers must tolerate repetition (the ledger sees to that).
public protocol EventBus: EventPublisher {
    /// Handles events of a type one by one. The returned events are published before the delivery is acked.
    ///
    /// What the handler throws sends the event to the service's dead letters with its reason.
    func on<E: Event>(
        _ type: E.Type, _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event])

    /// Handles events of these types many at a time.
    func on(_ types: [any Event.Type], batch handler: any EventBatchHandler)

    /// Makes events ready to be sent by this service.
    var encoder: EventEncoder { get }

    /// Consumes until a graceful shutdown; then finishes what is in hand.
    func run() async throws
}
