public import AMQPBridge

/// Runs a test against the broker at `AMQP_URL` and cleans up behind it, also when the test throws or is cancelled.
///
/// ```swift
/// @Test func roundTrip() async throws {
///     try await withBroker { broker in
///         let queue = try await broker.queue("orders")
///         let connection = try await broker.connect()
///         try await connection.publish(Publishing(exchange: "", routingKey: RoutingKey(queue.rawValue), body: [1]))
///     }
/// }
/// ```
///
/// - Parameters:
///   - configuration: where the broker is, if not at `AMQP_URL`.
///   - body: the test; it runs where the caller runs.
/// - Throws: what the body throws, else what the clean-up throws; `invalidConfiguration` when there is no `AMQP_URL`.
public func withBroker<Result>(
    _ configuration: AMQPConfiguration? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (BrokerFixture) async throws -> Result
) async throws -> Result {
    let broker = try BrokerFixture(configuration)
    let result: Result
    do {
        result = try await body(broker)
    } catch {
        // The test's own error is the one to report.
        try? await broker.cleanUp()
        throw error
    }
    try await broker.cleanUp()
    return result
}
