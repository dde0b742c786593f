/// Publishes on whatever connection there is at the moment.
final class BusPublisher: EventPublisher {
    private let exchange: ExchangeName
    private let state: BusState

    init(exchange: ExchangeName, state: BusState) {
        self.exchange = exchange
        self.state = state
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
        return await connection.publish(publishings)
    }
}
