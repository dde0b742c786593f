public import AMQPBridge
import Foundation
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

    /// Runs one statement; `?` stands for the arguments in turn.
    ///
    /// - Returns: how many rows were inserted, updated or deleted.
    /// - Throws: `LedgerError.textWithNUL`; the database's own errors.
    @discardableResult
    public func execute(_ sql: String, _ arguments: SQLValue...) throws -> Int {
        let statement = try database.cachedStatement(sql: sql)
        try statement.execute(arguments: StatementArguments(try arguments.map { try $0.stored }))
        return database.changesCount
    }

    /// All rows of a query; keep the result small with a limit. Throws as ``execute(_:_:)``.
    public func query(_ sql: String, _ arguments: SQLValue...) throws -> [SQLRow] {
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchAll(statement, arguments: StatementArguments(try arguments.map { try $0.stored })).map {
            SQLRow($0)
        }
    }

    /// The first row of a query, if there is one. Throws as ``execute(_:_:)``.
    public func first(_ sql: String, _ arguments: SQLValue...) throws -> SQLRow? {
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchOne(statement, arguments: StatementArguments(try arguments.map { try $0.stored })).map {
            SQLRow($0)
        }
    }

    /// Stores an event in the outbox: it is sent if, and only if, this transaction commits.
    ///
    /// - Parameter cause: what led to it, when that did not come over the bus: a request over HTTP, for example, which
    ///   ``record(_:_:)`` puts into the journal. Default: the event that is being handled.
    /// - Throws: as ``AMQPBridge/EventEncoder/encode(_:causedBy:)``: what could never be sent does not get in.
    public func emit(_ event: any Event, causedBy cause: EventMetadata? = nil) throws {
        let cause = cause ?? self.event
        try Outbox.insert(try encoder.encode(event, causedBy: cause), causedBy: cause?.id, into: database)
    }
}

extension SQLValue {
    fileprivate var stored: DatabaseValue {
        get throws(LedgerError) {
            switch self {
            case .null: .null
            case .int(let number): number.databaseValue
            case .real(let number): number.databaseValue
            // SQLite would silently end it there, and PostgreSQL takes none.
            case .text(let text) where text.utf8.contains(0): throw .textWithNUL
            case .text(let text): text.databaseValue
            case .blob(let bytes): Data(bytes).databaseValue
            }
        }
    }

    fileprivate init(_ value: DatabaseValue) {
        self =
            switch value.storage {
            case .null: .null
            case .int64(let number): .int(number)
            case .double(let number): .real(number)
            case .string(let text): .text(text)
            case .blob(let data): .blob([UInt8](data))
            }
    }
}

extension SQLRow {
    init(_ row: Row) {
        var values: [String: SQLValue] = [:]
        for (name, value) in row { values[name] = SQLValue(value) }
        self.init(values)
    }
}
