public import AMQPBridge
import GRDB

// What the bus asks of a batch handler.
extension EventLedger: EventBatchHandler {
    public func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        do {
            let results = try await handleInOneTransaction(events)
            setObstacle(nil)
            relay.poke()
            return results
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT && events.count == 1 {
            // A rule that is checked at the commit: the event's fault, not the database's.
            setObstacle(nil)
            return [.failed(error)]
        } catch {
            setObstacle("\(error)")
            // A batch that cannot be committed as a whole may hold one event that spoils it for the rest.
            guard events.count > 1 else { throw LedgerError.unavailable(reason: "\(error)") }
        }
        var results: [HandlingResult] = []
        var failedKeys: Set<String> = []
        for event in events {
            if failedKeys.contains(event.key) {
                results.append(.postponed)
                continue
            }
            results += try await handle([event])
            if case .failed? = results.last { failedKeys.insert(event.key) }
        }
        return results
    }

    public func run(publishingTo publisher: any EventPublisher) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.relay.run(publishingTo: publisher) }
            group.addTask { await self.purgeInbox() }
            group.addTask { await self.watch.run() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Waits until the outbox is empty, at most until the deadline. What is left is sent after the next start.
    public func drain(until deadline: ContinuousClock.Instant) async {
        while ContinuousClock.now < deadline, !Task.isCancelled {
            guard let waiting = try? await database.read(Outbox.count(in:)), waiting > 0 else { return }
            relay.poke()
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func handleInOneTransaction(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        let steps = events.map { (event: $0, handler: handler(of: $0.context.metadata.type)) }
        let encoder = encoder
        let watch = watch
        return try await database.write { database in
            let now = RFC3339Time.now
            // After a failure the later events of its key must wait for it.
            var failedKeys: Set<String> = []
            return try steps.map { step in
                if failedKeys.contains(step.event.key) { return .postponed }
                let result = try watch.watching(step.event.context.metadata.id) {
                    try Self.apply(step.event, step.handler, at: now, in: database, encoder)
                }
                if case .failed = result { failedKeys.insert(step.event.key) }
                return result
            }
        }
    }

    /// One event in its own savepoint: inbox first, then the handler, then its events into the outbox.
    private static func apply(
        _ incoming: IncomingEvent, _ handler: Handler?, at now: RFC3339Time, in database: Database,
        _ encoder: EventEncoder
    ) throws -> HandlingResult {
        let metadata = incoming.context.metadata
        guard let handler else {
            return .failed(AMQPError(.unknownEventType, "nobody here handles events of type '\(metadata.type)'"))
        }
        do {
            try database.inSavepoint {
                guard try Inbox.insert(metadata, at: now, into: database) else { return .commit }
                let transaction = LedgerTransaction(event: metadata, database: database, encoder: encoder)
                for event in try handler(incoming.event, transaction) { try transaction.emit(event) }
                return .commit
            }
            return .handled([])
        } catch let error as DatabaseError where error.isOutage {
            throw error
        } catch {
            return .failed(error)
        }
    }

    // MARK: Purge

    /// Longer than any retry or replay may take.
    private static let retention = 30 * 86_400_000

    /// Once an hour, in steps so small that no handler waits for them.
    private func purgeInbox() async {
        repeat {
            let limit = RFC3339Time(milliseconds: RFC3339Time.now.milliseconds - Int64(Self.retention))
            var purged = 0
            repeat {
                purged = (try? await database.write { try Inbox.purge(before: limit, limit: 500, in: $0) }) ?? 0
            } while purged == 500 && !Task.isCancelled
        } while (try? await Task.sleep(for: .seconds(3600))) != nil
    }
}

extension IncomingEvent {
    /// Events of one key keep their order.
    fileprivate var key: String { context.metadata.subject }
}

extension DatabaseError {
    /// True when the database itself fails, rather than a statement: then it is nobody's fault and time may mend it.
    var isOutage: Bool {
        switch resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN,
            .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_PROTOCOL:
            true
        default: false
        }
    }
}
