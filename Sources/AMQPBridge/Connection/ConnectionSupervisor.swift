import Logging
import ServiceLifecycle

/// Keeps one connection alive: makes it, lends it out, makes another when it is lost.
struct ConnectionSupervisor {
    private let name: String
    private let configuration: AMQPConfiguration
    private let state: BusState
    private let logger: Logger

    init(named name: String, _ configuration: AMQPConfiguration, state: BusState, logger: Logger) {
        self.name = name
        var configuration = configuration
        configuration.options.name += " \(name)"
        self.configuration = configuration
        self.state = state
        self.logger = logger
    }

    /// Runs `body` with a live connection until it returns, again and again while it throws what time can mend.
    ///
    /// Also returns on cancellation, and on a graceful shutdown that finds it without a connection.
    ///
    /// - Throws: errors that no waiting mends: refused credentials or vhost, a topology that stands differently.
    func run(_ body: (AMQPConnection) async throws -> Void) async throws {
        var backoff = Backoff()
        var configuration = configuration
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                let connection = try await AMQPConnection.connect(configuration)
                state.setError(nil)
                backoff.reset()
                do {
                    try await body(connection)
                    return
                } catch {
                    await connection.close()
                    configuration.begin(after: connection.endpoint)
                    throw error
                }
            } catch let error as AMQPError where error.isRetriable || error.code == .cancelled && Task.isCancelled {
                if error.code == .closed || Task.isCancelled { continue }
                state.setError(error)
                let delay = backoff.next()
                logger.debug(
                    "Connection lost or not made",
                    metadata: [
                        "connection": .string(name), "error": .string(error.description),
                        "retry_in": .string("\(delay)"),
                    ])
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
            }
        }
    }
}

/// Growing waits with jitter: 0.1 s doubling to 5 s, each shortened by up to half, so that many clients of a broker that
/// returns do not all come at the same instant.
struct Backoff {
    private var attempt = 0

    mutating func reset() { attempt = 0 }

    mutating func next() -> Duration {
        let full = min(5000, 100 << min(attempt, 10))
        attempt += 1
        return .milliseconds(Int.random(in: full / 2...full))
    }
}
