import AMQPBridge
import Logging

/// Sends what the outbox holds: in order per key, pipelined across keys, until confirmed and routed.
///
/// It is woken by commits and looks once a second besides. A crash between a confirm and the removal of its row sends
/// the event twice, with the same id; the receiver's inbox makes that harmless.
struct OutboxRelay: Sendable {
    private static let batchSize = 256

    let database: LedgerDatabase
    let logger: Logger
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(database: LedgerDatabase, logger: Logger) {
        self.database = database
        self.logger = logger
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something was committed.
    func poke() { wake.yield() }

    /// Until cancelled.
    func run(publishingTo publisher: any EventPublisher) async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil { poke() }
            }
            poke()
            for await _ in wakeUps {
                do {
                    while try await sendBatch(to: publisher), !Task.isCancelled {}
                } catch {
                    logger.error("The outbox cannot be read or written", metadata: ["error": .string("\(error)")])
                }
            }
            group.cancelAll()
        }
    }

    /// True when there may be more to send right away.
    func sendBatch(to publisher: any EventPublisher) async throws -> Bool {
        let rows = try await database.read { try Outbox.due(at: .now, limit: Self.batchSize, in: $0) }
        guard !rows.isEmpty else { return false }
        let outcomes = await publisher.publish(rows.map(\.event))
        let sent = zip(rows, outcomes).filter(\.1.isConfirmed).map(\.0)
        let refused = zip(rows, outcomes).compactMap { row, outcome in outcome.refusal.map { (row, $0) } }
        try await database.write { database in
            try Outbox.remove(sent, from: database)
            for (row, reason) in refused { try Outbox.postpone(row, error: reason, at: .now, in: database) }
        }
        for (row, reason) in refused {
            logger.warning(
                "An event was not taken and will be sent again",
                metadata: [
                    "event_id": .string(row.event.id), "routing_key": .string(row.event.routingKey.rawValue),
                    "reason": .string(reason), "attempts": .stringConvertible(row.attempts + 1),
                ])
        }
        // Without a connection nothing was confirmed: wait for the next look instead of spinning.
        return !sent.isEmpty
    }
}

extension PublishOutcome {
    /// Why the broker did not take this message, when it was this message's fault and not the connection's.
    fileprivate var refusal: String? {
        switch self {
        case .confirmed: nil
        case .nacked: "refused by the broker (nack): is a queue full?"
        case .unroutable: "nobody listens to its routing key: run shop topology apply"
        case .unknown(let error): error.isRetriable ? nil : error.message
        }
    }
}
