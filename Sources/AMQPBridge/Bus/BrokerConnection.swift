/// What a bus needs of a connection: the seam between the bus and the broker.
///
/// `AMQPConnection` is one to RabbitMQ; the testing library has one to a broker in memory. Everything above this line
/// (handlers, retries, dead letters, recovery) is the same for both, which is why one conformance suite fits both.
package protocol BrokerConnection: AnyObject, Sendable {
    /// Creates what is missing. Throws `preconditionFailed` when something stands with other arguments.
    func declare(_ topology: Topology) async throws(AMQPError)

    /// How full a queue is; nil when it does not exist.
    func inspect(_ queue: QueueName) async throws(AMQPError) -> QueueStatus?

    /// Starts the connection's one consumer.
    func consume(
        _ queue: QueueName, prefetch: UInt16, isExclusive: Bool
    ) async throws(AMQPError) -> DeliveryConsumer

    /// No new deliveries for now. What has arrived stays with the consumer, whose sequence stays open.
    func pauseConsumer() async throws(AMQPError)

    /// Goes on after a pause, with so many deliveries in hand at most; without one it changes the prefetch.
    func resumeConsumer(prefetch: UInt16) async throws(AMQPError)

    /// No new deliveries any more: the consumer's sequence ends after what has arrived.
    func stopConsumer() async throws(AMQPError)

    /// Outcomes in the order of the publishings. Never longer than the publish time-out.
    func publish(_ publishings: [Publishing]) async -> [PublishOutcome]

    /// Waits until the connection has ended, and says why. Cancelling ends the wait only.
    func closed() async -> AMQPError

    /// Sends what was settled, then ends the connection. What is unsettled goes back to its queue.
    func close() async

    /// Ends the connection at once, for this reason and with no goodbye, to which nobody may answer. What is unconfirmed is
    /// `unknown`, what is unsettled goes back to its queue.
    func abandon(_ reason: AMQPError) async

    /// What a frame takes, in bytes.
    var frameMax: Int { get }

    /// The broker's words while it takes no messages because of an alarm.
    var blockedReason: String? { get }

    /// How long it has done so altogether.
    var blockedTime: Duration { get }
}

extension AMQPConnection: BrokerConnection {
    package nonisolated func publish(_ publishings: [Publishing]) async -> [PublishOutcome] {
        await lane.publish(contentsOf: publishings)
    }

    package func abandon(_ reason: AMQPError) { fail(reason) }

    package nonisolated var frameMax: Int { lane.frameMax }

    package nonisolated var blockedTime: Duration { lane.blockedTime }
}

/// Time as the bus sees it, so that a test can hold it in its hand.
package struct BusClock: Sendable {
    /// Since some start; never goes back.
    package var now: @Sendable () -> Duration
    /// - Throws: `CancellationError`.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    package static let continuous: BusClock = {
        let start = ContinuousClock.now
        return BusClock(now: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0) })
    }()
}
