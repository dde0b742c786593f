public import AMQPBridge
import Synchronization

/// A real broker for one test: connections to it, names of the test's own, and nothing left behind.
///
/// Made by ``withBroker(_:isolation:_:)``. The broker's address is in the environment variable `AMQP_URL`; a test
/// without one fails, it is never skipped, so that a green run means that a broker was there.
///
/// Safe to use from several tasks.
public final class BrokerFixture: Sendable {
    private struct State {
        var connections: [AMQPConnection] = []
        var queues: Set<QueueName> = []
        var exchanges: Set<ExchangeName> = []
    }

    /// Where the broker is: what `AMQP_URL` says, or what the fixture was given.
    public let configuration: AMQPConfiguration
    private let state = Mutex(State())

    /// - Throws: `invalidConfiguration` when `AMQP_URL` is missing or cannot be used; `unreachable` and the like only
    ///   once something connects.
    public init(_ configuration: AMQPConfiguration? = nil) throws(AMQPError) {
        if let configuration {
            self.configuration = configuration
            return
        }
        guard let urls = Environment["AMQP_URL"], !urls.isEmpty else {
            throw AMQPError(
                .invalidConfiguration,
                "AMQP_URL is not set, and this test needs a broker: start one, and set AMQP_URL to its address, "
                    + "for example amqp://guest:guest@localhost:5672")
        }
        self.configuration = try AMQPConfiguration(urls: urls)
    }

    /// A name that no other test, process or run has: "orders" gives "orders-0197…".
    ///
    /// A queue and an exchange of this name are deleted afterwards, whoever declared them.
    public func unique(_ name: String) -> String {
        let name = "\(name)-\(UUIDv7())"
        state.withLock { state in
            state.queues.insert(QueueName(name))
            state.exchanges.insert(ExchangeName(name))
        }
        return name
    }

    /// A new connection, closed afterwards if the test has not done so.
    ///
    /// - Parameter change: what differs from the fixture's options, for example `{ $0.maxUnconfirmed = 8 }`.
    /// - Throws: as ``AMQPConnection/connect(_:)``.
    public func connect(
        _ change: (inout AMQPConfiguration.Options) -> Void = { _ in }
    ) async throws(AMQPError) -> AMQPConnection {
        var configuration = configuration
        change(&configuration.options)
        let connection = try await AMQPConnection.connect(configuration)
        state.withLock { $0.connections.append(connection) }
        return connection
    }

    /// Declares everything in it, over a connection of its own, and deletes its exchanges and queues afterwards.
    ///
    /// - Throws: as ``AMQPConnection/declare(_:)-(Topology)``.
    public func declare(_ topology: Topology) async throws(AMQPError) {
        state.withLock { state in
            state.queues.formUnion(topology.queues.map(\.name))
            state.exchanges.formUnion(topology.exchanges.map(\.name))
        }
        let connection = try await AMQPConnection.connect(configuration)
        do throws(AMQPError) {
            try await connection.declare(topology)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A queue of its own for this test, declared and empty.
    ///
    /// - Parameter name: the beginning of its name; see ``unique(_:)``.
    public func queue(
        _ name: String = "queue", type: QueueType = .classic, arguments: AMQPTable = [:]
    ) async throws(AMQPError) -> QueueName {
        let queue = Queue(QueueName(unique(name)), type: type, arguments: arguments)
        try await declare(Topology(queues: [queue]))
        return queue.name
    }

    /// Closes what was handed out and deletes what was declared or named. Works in a cancelled task, too.
    ///
    /// - Throws: what the first queue or exchange that could not be deleted threw; all are tried.
    func cleanUp() async throws(AMQPError) {
        let used = state.withLock { state in
            defer { state = State() }
            return state
        }
        for connection in used.connections { await connection.close() }
        guard !used.queues.isEmpty || !used.exchanges.isEmpty else { return }
        let connection = try await AMQPConnection.connect(configuration)
        var failure: AMQPError?
        // Deleting what does not exist succeeds (RabbitMQ 3.2 and later).
        for queue in used.queues {
            do throws(AMQPError) { try await connection.delete(queue) } catch { failure = failure ?? error }
        }
        for exchange in used.exchanges {
            do throws(AMQPError) { try await connection.delete(exchange) } catch { failure = failure ?? error }
        }
        await connection.close()
        if let failure { throw failure }
    }
}
