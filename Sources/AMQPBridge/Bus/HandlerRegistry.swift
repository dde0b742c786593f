import Synchronization

/// What became of one event in a batch.
public enum HandlingResult: Sendable {
    /// Done; these events follow from it and must be confirmed before it is acked. A ledger has stored its own and
    /// returns none.
    case handled([EncodedEvent])
    /// The handler threw: the event is tried again or becomes a dead letter, as the error's class says.
    case failed(any Error)
    /// Not touched, because an earlier event of its key failed in the same batch. It comes again when its turn is.
    case postponed
}

/// Handles events many at a time, in the order of their arrival; the ledger is one.
public protocol EventBatchHandler: Sendable {
    /// Where ``handle(_:)`` is called; nil, the default, for the threads that all tasks share. Whoever waits for a disk
    /// in there brings a thread of its own, so that nobody else waits along.
    var executor: (any TaskExecutor)? { get }

    /// Where the order of a key matters, an event whose predecessor of the same subject has failed in this batch must not
    /// be handled; its result is `postponed`.
    ///
    /// - Returns: one result for each event, in the same order.
    /// - Throws: when nothing can be handled now (its database is locked, its disk full). Nothing is settled then; the
    ///   subscription's breaker opens, and the same events come again after a while, uncounted.
    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult]

    /// Runs beside the bus until it is cancelled, for example to send what an outbox holds.
    func run(publishingTo publisher: any EventPublisher) async throws

    /// The consumer has stopped: finish what should leave before the publishing connection closes.
    func drain(until deadline: ContinuousClock.Instant) async
}

extension EventBatchHandler {
    public var executor: (any TaskExecutor)? { nil }
}

/// Which handler takes which type. Complete before the bus runs.
package final class HandlerRegistry: Sendable {
    package typealias Single = @Sendable (any Event, EventContext) async throws -> [any Event]

    package enum Handler: Sendable {
        case single(Single, RetryPolicy)
        /// The index of a batch handler.
        case batch(Int, RetryPolicy)
    }

    package struct Contents: Sendable {
        package var types: [EventType: any Event.Type] = [:]
        package var handlers: [EventType: Handler] = [:]
        package var batchHandlers: [any EventBatchHandler] = []
        var routingKeys: [RoutingKey] = []

        /// Nil when there are others beside it.
        var onlyBatchHandler: (any EventBatchHandler)? {
            let areAllItsOwn = handlers.values.allSatisfy { if case .batch = $0 { true } else { false } }
            return areAllItsOwn && batchHandlers.count == 1 ? batchHandlers.first : nil
        }
    }

    private let state = Mutex(Contents())

    package init() {}

    package var contents: Contents { state.withLock { $0 } }

    package func on<E: Event>(
        _ type: E.Type, retry: RetryPolicy,
        _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        register(type) { _ in
            .single(
                { event, context in
                    guard let event = event as? E else { return [] }
                    return try await handler(event, context)
                }, retry)
        }
    }

    package func on(_ types: [any Event.Type], retry: RetryPolicy, batch handler: any EventBatchHandler) {
        let index = state.withLock { contents in
            contents.batchHandlers.append(handler)
            return contents.batchHandlers.count - 1
        }
        for type in types { register(type) { _ in .batch(index, retry) } }
    }

    private func register(_ type: any Event.Type, _ handler: (inout Contents) -> Handler) {
        state.withLock { contents in
            contents.types[type.type] = type
            contents.handlers[type.type] = handler(&contents)
            if !contents.routingKeys.contains(type.routingKey) { contents.routingKeys.append(type.routingKey) }
        }
    }
}
