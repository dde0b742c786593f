public import AMQPBridge
import GRDB

/// One transaction, as handlers see it: SQL over the service's own tables, and events to send once it is committed.
///
/// Keep to SQL that SQLite and PostgreSQL both speak. Use it only inside the closure it was given to.
public struct LedgerTransaction {
    /// The event that is being handled; nil in `read` and `write`.
    public let event: EventMetadata?
    let database: Database
    let encoder: EventEncoder
    /// When the transaction began.
    let now: RFC3339Time
    /// Set by whatever may change something.
    let mark: WriteMark

    /// Runs one statement; `?` stands for the arguments in turn.
    ///
    /// - Returns: how many rows were inserted, updated or deleted.
    /// - Throws: `LedgerError.textWithNUL`; the database's own errors.
    @discardableResult
    public func execute(_ sql: String, _ arguments: SQLValue...) throws -> Int {
        let statement = try statement(sql, arguments)
        // GRDB has to know where somebody's own transactions begin and end.
        guard statement.isTransactionControl, arguments.isEmpty else {
            return try statement.run(arguments, in: database)
        }
        return try statement.runKnown(in: database)
    }

    /// All rows of a query; keep the result small with a limit. Throws as ``execute(_:_:)``.
    public func query(_ sql: String, _ arguments: SQLValue...) throws -> [SQLRow] {
        try rows(sql, arguments, limit: .max)
    }

    /// The first row of a query, if there is one. Throws as ``execute(_:_:)``.
    public func first(_ sql: String, _ arguments: SQLValue...) throws -> SQLRow? {
        try rows(sql, arguments, limit: 1).first
    }

    private func rows(_ sql: String, _ arguments: [SQLValue], limit: Int) throws -> [SQLRow] {
        let statement = try statement(sql, arguments)
        var columns: [String] = []
        return try statement.rows(arguments, limit: limit, in: database) { row in
            if columns.isEmpty { columns = row.columns }
            return SQLRow(row.values, of: columns)
        }
    }

    private func statement(_ sql: String, _ arguments: [SQLValue]) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql)
        // SQLite would silently end a text there, and PostgreSQL takes none.
        guard !arguments.contains(where: \.hasNUL) else { throw LedgerError.textWithNUL }
        guard database.isInsideTransaction else { throw statement.abortedTransaction }
        if statement.mayChange, mark.isAllowed || !statement.isHarmless { try mark.set() }
        return statement
    }

    /// Stores an event in the outbox: it is sent if, and only if, this transaction commits.
    ///
    /// - Parameter cause: what led to it, when that did not come over the bus: a request over HTTP, for example, which
    ///   ``record(_:_:)`` puts into the journal. Default: the event that is being handled.
    /// - Throws: as ``AMQPBridge/EventEncoder/encode(_:causedBy:)``: what could never be sent does not get in.
    public func emit(_ event: any Event, causedBy cause: EventMetadata? = nil) throws {
        let cause = cause ?? self.event
        let encoded = try encoder.encode(event, causedBy: cause)
        checkThread()
        try mark.set()
        try Outbox.insert(encoded, causedBy: cause?.id, into: database)
    }

    /// GRDB ends a program that uses its database outside of it; by this, for what goes to SQLite past GRDB.
    func checkThread() { _ = database.isInsideTransaction }
}

extension SQLValue {
    fileprivate var hasNUL: Bool {
        if case .text(let text) = self { text.utf8.contains(0) } else { false }
    }
}
