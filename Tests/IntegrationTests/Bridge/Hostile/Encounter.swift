import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

/// A client's whole life with a server that cannot be trusted: every kind of call once, each held to its deadline.
struct Encounter {
    static let heartbeat = Duration.seconds(2)
    /// Nothing takes longer than this; if it does, the server hangs up, so that the test can say so.
    private static let limit = Duration.seconds(12)

    /// To connect, to log in, for a call, for a confirm.
    private let timeout: Duration
    /// The first failure of a call, or of the connection. For a publish: why nobody knows.
    private(set) var failure: AMQPError?
    /// What took longer than it may.
    private(set) var overruns: [String] = []
    private(set) var deliveries = 0

    init(timeout: Duration = .milliseconds(500)) { self.timeout = timeout }

    /// - Parameter expectsEnd: the connection should break without another call: wait for that.
    static func with(
        _ server: ScriptedServer, expectsEnd: Bool, timeout: Duration = .milliseconds(500), frameMax: Int = 131_072
    ) async -> Encounter {
        let rescue = Task {
            try await Task.sleep(for: limit)
            server.stop()
        }
        defer { rescue.cancel() }
        var encounter = Encounter(timeout: timeout)
        await encounter.live(with: server.endpoint, frameMax, expectsEnd: expectsEnd)
        return encounter
    }

    private mutating func live(with endpoint: AMQPEndpoint, _ frameMax: Int, expectsEnd: Bool) async {
        var configuration = AMQPConfiguration(endpoints: [endpoint])
        configuration.options.connectTimeout = timeout
        configuration.options.callTimeout = timeout
        configuration.options.publishTimeout = timeout
        configuration.options.heartbeat = Self.heartbeat
        configuration.options.frameMax = frameMax
        let target = configuration
        // Connecting has its time, and logging in the same again.
        let made = await call("connect", within: timeout * 2) { () async throws(AMQPError) in
            try await AMQPConnection.connect(target)
        }
        guard let connection = made else { return }
        await use(connection)
        if expectsEnd, failure == nil { failure = await Self.end(of: connection, within: .seconds(5)) }
        _ = await call("close", within: timeout * 3) { () async throws(AMQPError) in await connection.close() }
    }

    private mutating func use(_ connection: AMQPConnection) async {
        _ = await call("declare", within: timeout) { () async throws(AMQPError) in
            try await connection.declare(Queue("q", type: .classic))
        }
        let consumer = await call("consume", within: timeout) { () async throws(AMQPError) in
            try await connection.consume("q", prefetch: 10)
        }
        let publishing = Publishing(exchange: "", routingKey: "q", body: [1, 2, 3])
        _ = await call("publish", within: timeout) { () async throws(AMQPError) in
            try await connection.publish(publishing)
        }
        guard let consumer else { return }
        // What has arrived by now, and no more: most of these servers deliver nothing.
        let stop = Task {
            try await Task.sleep(for: .milliseconds(50))
            try await connection.stopConsumer()
        }
        do throws(AMQPError) {
            for try await batch in consumer {
                deliveries += batch.count
                consumer.settle(batch.map(\.tag), .ack)
            }
        } catch {
            failure = failure ?? error
        }
        _ = await stop.result
    }

    private mutating func call<Value: Sendable>(
        _ what: String, within deadline: Duration, _ body: () async throws(AMQPError) -> Value
    ) async -> Value? {
        let start = ContinuousClock.now
        var value: Value?
        do throws(AMQPError) {
            value = try await body()
        } catch {
            failure = failure ?? (error.underlyingError as? AMQPError) ?? error
        }
        let took = ContinuousClock.now - start
        if took > deadline + MachineLateness.grace(since: start) {
            overruns.append("\(what) took \(took), its deadline is \(deadline)")
        }
        return value
    }

    private static func end(of connection: AMQPConnection, within limit: Duration) async -> AMQPError? {
        let giveUp = Task { try await Task.sleep(for: limit) }
        let end = Task { await connection.closed() }
        let watcher = Task {
            _ = await giveUp.result
            end.cancel()
        }
        let reason = await end.value
        giveUp.cancel()
        _ = await watcher.value
        return reason.code == .cancelled ? nil : reason
    }
}
