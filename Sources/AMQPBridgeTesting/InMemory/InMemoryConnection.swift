import AMQPBridge
import Synchronization

/// A connection to a broker in memory: what `AMQPConnection` is to RabbitMQ, with the same errors in the same places.
final class InMemoryConnection: BrokerConnection {
    private let broker: InMemoryBroker
    /// What it is for: `publish` or `consume`.
    let name: String
    private let epoch: UInt64
    private let end: ConnectionEnd
    private let consumer = Mutex<DeliveryConsumer?>(nil)
    private static let lastCall = Atomic<UInt64>(0)

    init(to broker: InMemoryBroker, named name: String, epoch: UInt64, end: ConnectionEnd) {
        self.broker = broker
        self.name = name
        self.epoch = epoch
        self.end = end
    }

    deinit {
        let error = AMQPError(.closed, "the connection was let go of while its consumer ran; keep it meanwhile")
        consumer.withLock { $0 }?.finish(error)
        broker.end(epoch, error)
    }

    private func checkOpen() throws(AMQPError) {
        if let reason = end.reason { throw reason }
    }

    func declare(_ topology: Topology) async throws(AMQPError) {
        try checkOpen()
        try broker.declare(topology, on: epoch)
    }

    func inspect(_ queue: QueueName) async throws(AMQPError) -> QueueStatus? {
        try checkOpen()
        return try broker.inspect(queue, on: epoch)
    }

    // MARK: Consuming

    func consume(
        _ queue: QueueName, prefetch: UInt16, isExclusive: Bool
    ) async throws(AMQPError) -> DeliveryConsumer {
        guard consumer.withLock({ $0 }) == nil else {
            throw AMQPError(.invalidConfiguration, "this connection consumes already; a second consumer needs its own")
        }
        guard prefetch > 0 else {
            throw AMQPError(
                .invalidConfiguration, "the prefetch must be at least 1: without a limit a backlog fills memory")
        }
        try checkOpen()
        let new = DeliveryConsumer(
            queue: queue, epoch: epoch, prefetch: prefetch, isExclusive: isExclusive, isEager: true
        ) { [weak broker, epoch] in broker?.takeSettlements(of: epoch) }
        try broker.consume(with: new, prefetch: prefetch, on: epoch)
        consumer.withLock { $0 = new }
        return new
    }

    func pauseConsumer() async throws(AMQPError) {
        try checkOpen()
        broker.cancelConsumer(on: epoch)
    }

    func resumeConsumer(prefetch: UInt16) async throws(AMQPError) {
        guard let consumer = consumer.withLock({ $0 }), prefetch > 0 else {
            throw AMQPError(.invalidConfiguration, "there is no consumer to resume, or the prefetch is 0")
        }
        try await pauseConsumer()
        consumer.setPrefetch(prefetch)
        try broker.consume(with: consumer, prefetch: prefetch, on: epoch)
    }

    func stopConsumer() async throws(AMQPError) {
        try await pauseConsumer()
        consumer.withLock { $0 }?.finish(nil)
    }

    // MARK: Publishing

    func publish(_ publishings: [Publishing]) async -> [PublishOutcome] {
        if let reason = end.reason { return publishings.map { _ in .unknown(reason) } }
        guard !publishings.isEmpty else { return [] }
        let call = Self.lastCall.add(1, ordering: .relaxed).newValue
        let batch = PublishBatch(count: publishings.count)
        defer { broker.forget(call) }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                batch.start(continuation)
                broker.publish(publishings, for: call, batch, on: epoch)
                if Task.isCancelled { broker.cancel(call, on: epoch) }
            }
        } onCancel: {
            broker.cancel(call, on: epoch)
        }
    }

    // MARK: End

    func closed() async -> AMQPError { await end.wait() }

    /// As `AMQPConnection` closes: what arrived and nobody has taken goes back together with what is in hand.
    func close() async {
        guard end.reason == nil else { return }
        broker.cancelConsumer(on: epoch)
        if let consumer = consumer.withLock({ $0 }) {
            consumer.finish(nil)
            _ = consumer.discardArrived()
        }
        broker.end(epoch, AMQPError(.closed, "this connection was closed"))
    }

    func abandon(_ reason: AMQPError) async { broker.end(epoch, reason) }

    var frameMax: Int { BrokerState.frameMax }

    var blockedReason: String? { broker.blockedReason(of: epoch) }
    var blockedTime: Duration { broker.blockedTime(of: epoch) }
}
