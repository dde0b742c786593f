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
    /// What the handler throws decides, by its ``FailureClass``, whether the event climbs the service's retry ladder,
    /// becomes a dead letter, or waits until handling is possible at all.
    func on<E: Event>(
        _ type: E.Type, retry: RetryPolicy,
        _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event])

    /// Handles events of these types many at a time.
    func on(_ types: [any Event.Type], retry: RetryPolicy, batch handler: any EventBatchHandler)

    /// Makes events ready to be sent by this service.
    var encoder: EventEncoder { get }

    /// No new events for now; what is in hand is finished. Publishing goes on.
    func pause()

    /// Goes on after `pause()`.
    func resume()

    /// Consumes until a graceful shutdown; then finishes what is in hand.
    func run() async throws
}

extension EventBus {
    /// With the ladder: see ``on(_:retry:_:)``.
    public func on<E: Event>(
        _ type: E.Type, _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        on(type, retry: .ladder, handler)
    }

    /// With the ladder: see ``on(_:retry:batch:)``.
    public func on(_ types: [any Event.Type], batch handler: any EventBatchHandler) {
        on(types, retry: .ladder, batch: handler)
    }
}
