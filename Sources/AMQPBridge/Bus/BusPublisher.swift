import Synchronization

/// Publishes on whatever connection there is at the moment, and ends one that refuses what another may take.
final class BusPublisher: EventPublisher {
    private let exchange: ExchangeName
    private let state: BusState
    private let metrics: BusMetrics?
    private let tracing: EventTracing?
    private let clock: BusClock
    private let refusals = Mutex(RefusalWatch())

    init(
        exchange: ExchangeName, state: BusState, metrics: BusMetrics? = nil, tracing: EventTracing? = nil,
        clock: BusClock = .continuous
    ) {
        self.exchange = exchange
        self.state = state
        self.metrics = metrics
        self.tracing = tracing
        self.clock = clock
    }

    func use(_ connection: (any BrokerConnection)?) { state.setPublisher(connection) }

    /// There is a connection, and no alarm holds it back.
    var isConnected: Bool { state.publisher.map { $0.blockedReason == nil } ?? false }

    /// What a frame takes on the connection there is now, in bytes; without one, what every broker takes at least.
    var frameMax: Int { state.publisher?.frameMax ?? 8192 }

    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] {
        await publish(events.map { $0.publishing(to: exchange) })
    }

    func publish(_ publishings: [Publishing]) async -> [PublishOutcome] {
        guard !publishings.isEmpty else { return [] }
        guard let connection = state.publisher else {
            let cause = state.error(of: ConnectionName.publish).map { ": \($0.message)" } ?? ""
            let error = AMQPError(.unreachable, "there is no connection to publish on\(cause)")
            return publishings.map { _ in .unknown(error) }
        }
        let sent = clock.now()
        let outcomes =
            if let tracing {
                await tracing.publishing(publishings) { await connection.publish($0) }
            } else {
                await connection.publish(publishings)
            }
        metrics?.sent(outcomes)
        let now = clock.now()
        if refusals.withLock({ $0.isTooMuch(publishings, outcomes, sent: sent, now: now) }) {
            await connection.abandon(Self.refused)
        }
        return outcomes
    }

    private static let refused = AMQPError(
        .connectionLost,
        "the broker refuses some messages (nack); if no queue is full, it may take them on another connection")
}
