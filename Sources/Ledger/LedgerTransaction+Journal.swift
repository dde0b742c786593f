public import AMQPBridge

// What this service did with its events, and what it has yet to tell others.
extension LedgerTransaction {
    /// Notes what came of an event that a handler without the ledger works on. Handlers of the ledger need not: it
    /// notes their events itself.
    ///
    /// An event is noted as handled once, however often this is called. It does not stop a second effect: your own
    /// tables must know what has been done.
    ///
    /// - Throws: the database's own errors.
    public func record(_ context: EventContext, _ outcome: JournalOutcome) throws {
        checkThread()
        try mark.set()
        switch outcome {
        case .handled: _ = try Inbox.insert(context, at: now, into: database)
        case .failed(let error): try Failures.note(context, error: error, at: now, in: database)
        }
    }

    /// What this service did with the events of a subject, attempt by attempt, the oldest first.
    ///
    /// A duplicate that was skipped left no trace, nor did an attempt in which the database itself failed.
    /// - Throws: the database's own errors.
    public func journal(of key: String, limit: Int) throws -> [JournalEntry] {
        try JournalEntry.all(of: key, limit: limit, in: database)
    }

    /// The events of a subject that are committed and not yet confirmed by the broker, the oldest first.
    ///
    /// - Throws: the database's own errors.
    public func outboxEntries(of key: String, limit: Int) throws -> [OutboxEntry] {
        try OutboxEntry.all(of: key, limit: limit, in: database)
    }

    /// All events that are committed and not yet confirmed by the broker, page by page in the order of their numbers.
    ///
    /// - Parameter number: the last one's of the page before; 0 for the first page.
    /// - Throws: the database's own errors.
    public func outboxEntries(after number: Int64, limit: Int) throws -> [OutboxEntry] {
        try OutboxEntry.all(after: number, limit: limit, in: database)
    }
}
