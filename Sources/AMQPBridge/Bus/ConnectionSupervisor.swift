import Logging
import ServiceLifecycle

/// Makes a connection; the name tells a service's several connections apart.
package typealias Connect = @Sendable (_ name: String) async throws(AMQPError) -> any BrokerConnection

/// Keeps one connection alive: makes it, lends it out, makes another when it is lost.
struct ConnectionSupervisor {
    /// A connection that lasted so long was a good one; waits begin small again.
    private static let stable = Duration.seconds(1)
    /// Different failures of one outage that are worth a line; what repeats itself is not.
    private static let toldLimit = 8

    let name: String
    let connect: Connect
    let state: BusState
    let clock: BusClock
    let logger: Logger

    /// Runs `body` with a live connection until it returns, again and again while it throws what time can mend.
    ///
    /// Also returns on cancellation, and on a graceful shutdown that finds it without a connection.
    ///
    /// - Throws: errors that no waiting mends (refused credentials, vhost or certificate, a topology that stands
    ///   differently, missing permissions, a peer that does not speak AMQP), unless it has worked before: what was
    ///   right once can be put right again, and a service that has ended comes back only by somebody's hand.
    func run(_ body: (any BrokerConnection) async throws -> Void) async throws {
        var backoff = Backoff()
        var told: Set<String> = []
        var hasWorked = false
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            // Waits count from the beginning of an attempt: one that has taken its time needs none.
            var last = clock.now()
            do {
                let connection = try await connect(name)
                let start = clock.now()
                state.setError(nil, of: name)
                defer {
                    last = clock.now()
                    if last - start > Self.stable {
                        backoff.reset()
                        told = []
                        hasWorked = true
                    }
                }
                do {
                    try await body(connection)
                    return
                } catch {
                    await connection.close()
                    throw error
                }
            } catch let error as AMQPError where isMendable(error, hasWorked: hasWorked) {
                if error.code == .closed || Task.isCancelled { continue }
                let delay = max(.zero, backoff.next() - (clock.now() - last))
                let isNews = told.count < Self.toldLimit && told.insert(error.message).inserted
                report(error, delay, isNews: isNews)
                state.setError(error, of: name)
                try? await cancelWhenGracefulShutdown { try await clock.sleep(delay) }
            }
        }
    }

    private func isMendable(_ error: AMQPError, hasWorked: Bool) -> Bool {
        if error.code == .cancelled { return Task.isCancelled }
        return hasWorked || error.isRetriable
    }

    /// Why a connection was lost, and then why it cannot be made again, are both worth a line; the same once more is not.
    private func report(_ error: AMQPError, _ delay: Duration, isNews: Bool) {
        logger.log(
            level: isNews ? .warning : .debug, "Connection lost or not made",
            metadata: [
                "connection": .string(name), "error": .string(error.description), "retry_in": .string("\(delay)"),
            ])
    }
}

/// Growing waits with jitter: 0.1 s doubling to 2 s, each shortened by up to half, so that many clients of a broker that
/// returns do not all come at the same instant.
struct Backoff {
    private var attempt = 0

    mutating func reset() { attempt = 0 }

    mutating func next() -> Duration {
        let full = min(2000, 100 << min(attempt, 10))
        attempt += 1
        return .milliseconds(Int.random(in: full / 2...full))
    }
}
