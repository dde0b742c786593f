public import AMQPBridge
import GRDB
import Logging

// What goes on beside the handlers.
extension EventLedger {
    public func run(publishingTo publisher: any EventPublisher) async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: self.database.executor) { await self.relay.run(publishingTo: publisher) }
            group.addTask { await self.purge() }
            group.addTask { await self.watchOverDatabase() }
            group.addTask { await self.watch.run() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits until nothing is to be sent any more, at most until the deadline. What is left is sent after the next
    /// start.
    public func drain(until deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitUntilSent() }
            group.addTask { try? await Task.sleep(until: deadline, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitUntilSent() async {
        relay.poke()
        while !Task.isCancelled {
            let round = relay.round
            guard (try? await database.read(OutboxState.oldest)) != nil else { return }
            await relay.roundEnded(after: round)
        }
    }

    /// Once a second: whether what could not be written can be again, and whether the outbox falls behind.
    private func watchOverDatabase() async {
        var lag = LagWatch()
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let now = clock()
            if obstacle != nil { try? await database.write { try Probe.write(at: now, in: $0) } }
            guard let age = try? await database.read({ try OutboxState.lag(at: now, in: $0) }) else { continue }
            switch lag.note(age) {
            case .behind?: logger.warning("The outbox is behind: is the broker away?", metadata: ["lag": "\(age)"])
            case .caughtUp?: logger.info("The outbox has caught up")
            case nil: break
            }
        }
    }

    /// Once an hour, in steps so small that no handler waits for them.
    private func purge() async {
        repeat {
            await purge { try Inbox.purge(before: $0, limit: $1, in: $2) }
            await purge { try Failures.purge(before: $0, limit: $1, in: $2) }
        } while (try? await Task.sleep(for: .seconds(3600))) != nil
    }

    private func purge(
        _ step: @escaping @Sendable (_ before: RFC3339Time, _ limit: Int, Database) throws -> Int
    ) async {
        let limit = Retention.limit(at: clock())
        var purged = 0
        repeat {
            purged = (try? await database.write { try step(limit, 500, $0) }) ?? 0
        } while purged == 500 && !Task.isCancelled
    }
}
