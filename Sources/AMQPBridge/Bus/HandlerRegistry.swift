import Synchronization

/// What became of one event in a batch.
public enum HandlingResult: Sendable {
    /// Done; these events follow from it and must be confirmed before it is acked. A ledger has stored its own and
    /// returns none.
    case handled([EncodedEvent])
    /// The handler threw: the event goes to the dead letters with this reason.
    case failed(any Error)
}

/// Handles events many at a time, in the order of their arrival; the ledger is one.
public protocol EventBatchHandler: Sendable {
    /// - Returns: one result for each event, in the same order.
    /// - Throws: when nothing can be handled now (its database is locked, its disk full). Nothing is settled then; the
    ///   same events come again after a while.
    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult]

    /// Runs beside the bus until it is cancelled, for example to send what an outbox holds.
    func run(publishingTo publisher: any EventPublisher) async throws

    /// The consumer has stopped: finish what should leave before the publishing connection closes.
    func drain(until deadline: ContinuousClock.Instant) async
}

/// Which handler takes which type. Complete before the bus runs.
final class HandlerRegistry: Sendable {
    typealias Single = @Sendable (any Event, EventContext) async throws -> [any Event]

    enum Handler: Sendable {
        case single(Single)
        /// The index of a batch handler.
        case batch(Int)
    }

    struct Contents: Sendable {
        var types: [EventType: any Event.Type] = [:]
        var handlers: [EventType: Handler] = [:]
        var batchHandlers: [any EventBatchHandler] = []
        var routingKeys: [RoutingKey] = []
    }

    private let state = Mutex(Contents())

    var contents: Contents { state.withLock { $0 } }

    func on<E: Event>(
        _ type: E.Type, _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        register(type) { _ in
            .single { event, context in
                guard let event = event as? E else { return [] }
                return try await handler(event, context)
            }
        }
    }

    func on(_ types: [any Event.Type], batch handler: any EventBatchHandler) {
        let index = state.withLock { contents in
            contents.batchHandlers.append(handler)
            return contents.batchHandlers.count - 1
        }
        for type in types { register(type) { _ in .batch(index) } }
    }

    private func register(_ type: any Event.Type, _ handler: (inout Contents) -> Handler) {
        state.withLock { contents in
            contents.types[type.type] = type
            contents.handlers[type.type] = handler(&contents)
            if !contents.routingKeys.contains(type.routingKey) { contents.routingKeys.append(type.routingKey) }
        }
    }
}
