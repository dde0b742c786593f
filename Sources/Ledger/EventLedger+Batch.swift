public import AMQPBridge
import GRDB

// What the bus asks of a batch handler.
extension EventLedger: EventBatchHandler {
    public var executor: (any TaskExecutor)? { database.executor }

    public func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        do {
            let results = try await handleTogether(events)
            relay.poke()
            news.tell()
            return results
        } catch let crash as InjectedCrash {
            throw crash
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT && events.count == 1 {
            // A rule that is checked at the commit: the event's fault, not the database's.
            for event in events { try await note(error, of: event) }
            return [.failed(error)]
        } catch {
            // A batch that cannot be committed as a whole may hold one event that spoils it for the rest.
            guard events.count > 1 else { throw error is LedgerError ? error : unusable(error) }
        }
        return try await handleOneByOne(events)
    }

    private func unusable(_ error: any Error) -> LedgerError { .unavailable(reason: "\(database.path): \(error)") }

    private func handleOneByOne(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
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

    private func note(_ error: any Error, of event: IncomingEvent) async throws {
        let now = clock()
        try await database.write { try Failures.note(event.context, error: "\(error)", at: now, in: $0) }
    }

    /// In as few transactions as possible: one, unless somebody from outside waits for the thread meanwhile.
    private nonisolated(nonsending) func handleTogether(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        // After a failure the later events of its key must wait for it.
        var failedKeys: Set<String> = []
        var results: [HandlingResult] = []
        while results.count < events.count {
            // Whoever waits has the thread in between.
            if !results.isEmpty { await Task.yield() }
            let (more, failed) = try await handleInOneTransaction(events[results.count...], failedKeys)
            results += more
            failedKeys = failed
        }
        return results
    }

    /// The first events, at least one. Without savepoints at first; see ``WriteMark``.
    private nonisolated(nonsending) func handleInOneTransaction(
        _ events: ArraySlice<IncomingEvent>, _ failedKeys: Set<String>
    ) async throws -> (results: [HandlingResult], failedKeys: Set<String>) {
        do {
            let part = events.count == 1 ? EventPart.savepoint : .row
            return try await handleInOneTransaction(events, failedKeys, part)
        } catch is NeedsSavepoint {
            return try await handleInOneTransaction(events, failedKeys, .savepoint)
        }
    }

    private nonisolated(nonsending) func handleInOneTransaction(
        _ events: ArraySlice<IncomingEvent>, _ failedKeys: Set<String>, _ part: EventPart
    ) async throws -> (results: [HandlingResult], failedKeys: Set<String>) {
        let handlers = events.map { handler(of: $0.context.metadata.type) }
        let (encoder, watch, now, ledgerDatabase) = (encoder, watch, clock(), database)
        let (results, failed) = try await transaction { database in
            var (results, failedKeys) = ([HandlingResult](), failedKeys)
            let turn = Turn()
            for (index, handler) in zip(events.indices, handlers) {
                if !results.isEmpty, turn.isOver, ledgerDatabase.isWaitedFor { break }
                let event = events[index]
                if failedKeys.contains(event.key) {
                    results.append(.postponed)
                    continue
                }
                let transaction = LedgerTransaction(
                    event: event.context.metadata, database: database, encoder: encoder, now: now,
                    mark: WriteMark())
                let result = try watch.watching(event.context.metadata.id) {
                    try Self.apply(event, handler, transaction, part)
                }
                if case .failed = result { failedKeys.insert(event.key) }
                results.append(result)
            }
            try InjectedCrash.check(.beforeCommit, events.prefix(results.count))
            return (results, failedKeys)
        }
        try InjectedCrash.check(.afterCommit, events.prefix(results.count))
        return (results, failed)
    }

    /// One event: inbox first, then the handler, then its events into the outbox.
    private static func apply(
        _ incoming: IncomingEvent, _ handler: Handler?, _ transaction: LedgerTransaction, _ part: EventPart
    ) throws -> HandlingResult {
        let (context, database) = (incoming.context, transaction.database)
        do {
            try part.once(context, transaction) {
                try Retention.check(context.metadata, at: transaction.now)
                guard let handler else {
                    throw AMQPError(
                        .unknownEventType, "nobody here handles events of type '\(context.metadata.type)'")
                }
                try incoming.handledInTransaction {
                    for event in try handler(incoming.event, transaction) { try transaction.emit(event) }
                }
            }
            return .handled([])
        } catch let error as DatabaseError where error.isOutage {
            throw error
        } catch let error as NeedsSavepoint {
            throw error
        } catch {
            // An error can undo more than the event's part; then the whole batch has to be done again.
            guard database.isInsideTransaction else { throw error }
            if error.isCounted { try Failures.note(context, error: "\(error)", at: transaction.now, in: database) }
            return .failed(error)
        }
    }
}

extension IncomingEvent {
    /// Events of one key keep their order; one without a subject has no key but itself.
    fileprivate var key: String {
        context.metadata.subject.isEmpty ? context.metadata.id : context.metadata.subject
    }
}

extension Error {
    /// False for what only says that nothing can be handled now.
    fileprivate var isCounted: Bool { (self as? any ClassifiedError)?.failureClass != .notNow }
}

/// How long a batch may keep the database from others that wait: as long as a commit takes, about, so that its own is not
/// paid for too little.
private struct Turn {
    private static let limit = Duration.milliseconds(2)
    private let end = ContinuousClock.now + limit

    var isOver: Bool { ContinuousClock.now >= end }
}
