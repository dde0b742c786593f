import CSQLite
import GRDB

// SQLite gets the values as they are. GRDB boxes each, copies the boxes and nests a call for every one of them, which was
// a sixth of what an event costs.
//
// A statement is left as it was found: reset, and without values.
extension Database {
    /// Runs a statement, which stays compiled. Returns and throws as ``Statement/run(_:in:)``.
    @discardableResult
    func run(_ sql: String, _ values: SQLValue...) throws -> Int {
        try cachedStatement(sql: sql).run(values, in: self)
    }
}

extension Statement {
    /// Runs it once, inside a transaction. Rows that come out are passed over.
    ///
    /// - Returns: how many rows were inserted, updated or deleted.
    /// - Throws: what GRDB's `execute` does, in the same words.
    @discardableResult
    func run(_ values: [SQLValue] = [], in database: Database) throws -> Int {
        // An error can end a transaction in its midst; what came then would be committed without its beginning.
        guard sqlite3_get_autocommit(database.sqliteConnection) == 0 else { throw abortedTransaction }
        try withValues(values, in: database) { while try step(in: database) {} }
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Whether it may change anything, transactions included.
    var mayChange: Bool { !isReadonly || isTransactionControl }

    /// Of those that may, the ones that change no row: what explains, and pragmas.
    var isHarmless: Bool {
        sqlite3_stmt_isexplain(sqliteStatement) != 0 || sql.prefix(6).lowercased() == "pragma"
    }

    /// True for BEGIN, COMMIT and the like, and for a few others that change and return no row.
    var isTransactionControl: Bool { isReadonly && columnCount == 0 }

    /// Runs a statement without values so that GRDB knows of it. Throws as ``run(_:in:)``.
    @discardableResult
    func runKnown(in database: Database) throws -> Int {
        defer { sqlite3_reset(sqliteStatement) }
        try execute()
        return database.changesCount
    }

    /// As GRDB says it.
    var abortedTransaction: DatabaseError {
        DatabaseError(resultCode: .SQLITE_ABORT, message: "Transaction was aborted", sql: sql)
    }

    /// What is made of each row. Throws as ``run(_:in:)``, and what `make` throws.
    ///
    /// - Parameter limit: after so many it stops.
    func rows<Result>(
        _ values: [SQLValue] = [], limit: Int = .max, in database: Database, _ make: (StatementRow) throws -> Result
    ) throws -> [Result] {
        try withValues(values, in: database) {
            var results: [Result] = []
            while results.count < limit, try step(in: database) {
                results.append(try make(StatementRow(statement: sqliteStatement)))
            }
            return results
        }
    }

    /// False when it is done.
    private func step(in database: Database) throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code, in: database)
        }
    }

    /// Texts and blobs lie one behind the other, where SQLite reads them while `body` runs.
    private func withValues<Result>(
        _ values: [SQLValue], in database: Database, _ body: () throws -> Result
    ) throws -> Result {
        guard sqlite3_bind_parameter_count(sqliteStatement) == values.count else {
            throw DatabaseError(
                resultCode: .SQLITE_MISUSE, message: "wrong number of statement arguments: \(values.count)", sql: sql)
        }
        // One more, so that there is an address for a text without bytes, too: none at all would mean null.
        let byteCount = values.reduce(1) { $0 + $1.byteCount }
        return try withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 1) { bytes in
            defer {
                sqlite3_reset(sqliteStatement)
                sqlite3_clear_bindings(sqliteStatement)
            }
            var used = 0
            for (index, value) in zip(Int32(1)..., values) {
                let own = UnsafeMutableRawBufferPointer(rebasing: bytes[used..<used + value.byteCount])
                let code = value.bind(at: own, to: sqliteStatement, index)
                guard code == SQLITE_OK else { throw error(code, in: database) }
                used += own.count
            }
            return try body()
        }
    }

    private func error(_ code: Int32, in database: Database) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: sql)
    }
}

extension SQLValue {
    /// Of a text or a blob.
    fileprivate var byteCount: Int {
        switch self {
        case .null, .int, .real: 0
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        }
    }

    /// - Parameter place: as many bytes as a text or a blob has; they stay there until the value is taken away again.
    /// - Returns: SQLite's result code.
    fileprivate func bind(
        at place: UnsafeMutableRawBufferPointer, to statement: OpaquePointer, _ index: Int32
    ) -> Int32 {
        let count = UInt64(place.count)
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .int(let number): return sqlite3_bind_int64(statement, index, number)
        case .real(let number): return sqlite3_bind_double(statement, index, number)
        case .text(let text):
            place.copyBytes(from: text.utf8)
            let start = place.bindMemory(to: CChar.self).baseAddress
            return sqlite3_bind_text64(statement, index, start, count, nil, UInt8(SQLITE_UTF8))
        case .blob(let bytes):
            place.copyBytes(from: bytes)
            return sqlite3_bind_blob64(statement, index, place.baseAddress, count, nil)
        }
    }
}
