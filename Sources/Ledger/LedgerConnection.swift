import AMQPBridge
import CSQLite
import GRDB
import Synchronization

/// The one connection to the database. The lock goes after the file, when the last user is done.
final class LedgerConnection: Sendable {
    /// What a power failure may undo. The end of the process undoes no commit.
    enum Durability {
        /// Nothing: the commit waits for the disk.
        case synced
        /// This commit, as long as no synced one has followed. Only for what may be done again.
        case lazy

        fileprivate var pragma: String {
            switch self {
            case .synced: "PRAGMA synchronous = FULL"
            case .lazy: "PRAGMA synchronous = NORMAL"
            }
        }
    }

    let group = WriteGroup()
    private let queue: DatabaseQueue
    private let lock: LedgerLock
    /// As SQLite was told last; nil when it could not be.
    private let durability = Mutex<Durability?>(.synced)
    private let confirmed = Mutex(ConfirmedRows())

    init(_ queue: DatabaseQueue, _ lock: LedgerLock) {
        self.queue = queue
        self.lock = lock
    }

    /// All uses of the database come through here, on the ledger's own thread.
    func use<Result>(_ body: (Database) throws -> Result) rethrows -> Result {
        try queue.writeWithoutTransaction(body)
    }

    func write<Result>(_ durability: Durability, _ body: (Database) throws -> Result) throws -> Result {
        try use { database in
            var result: Result?
            try inTransaction(durability, database) { result = try body(database) }
            guard let result else { throw LedgerError.unavailable(reason: "the transaction did not run") }
            return result
        }
    }

    /// `BEGIN IMMEDIATE` takes the write lock first, so that a transaction waits for it instead of failing halfway.
    func inTransaction(_ durability: Durability, _ database: Database, _ body: () throws -> Void) throws {
        if database.isInsideTransaction { try database.rollback() }
        try set(durability, database)
        let leaving = confirmed.withLock { $0.numbers }
        if !leaving.isEmpty { CrashPoint.before(.mark) }
        try Self.transaction("BEGIN IMMEDIATE", database) {
            try Outbox.remove(leaving, from: database)
            try body()
        } whenEndedByOthers: {
            confirmed.withLock { $0.forget() }
        }
        confirmed.withLock { $0.left(leaving.count) }
        if !leaving.isEmpty { CrashPoint.after(.mark) }
    }

    /// The broker has these. In one go on the ledger's thread: whoever is committed afterwards takes them out first, so none
    /// can come to wait for a key whose row leaves without a word.
    ///
    /// - Returns: false when somebody waits for one of their keys already, and then nothing was done.
    func removeWithNext(_ rows: [Outbox.Row]) throws -> Bool {
        try look { database in
            guard try !Outbox.hasFollowers(rows, in: database) else { return false }
            confirmed.withLock { $0.add(rows.map(\.sequence)) }
            return true
        }
    }

    var hasConfirmed: Bool { confirmed.withLock { !$0.numbers.isEmpty } }

    /// Nobody is to see them wait; where nothing can be written they may be seen.
    private func removeConfirmed(_ database: Database) {
        guard confirmed.withLock({ $0.mayLeaveAlone }) else { return }
        do { try inTransaction(.lazy, database) {} } catch { confirmed.withLock { $0.couldNotLeave() } }
    }

    /// GRDB's own compiles `BEGIN` and `COMMIT` anew each time, which costs as much as what a lone event writes.
    private static func transaction<Result>(
        _ begin: String, _ database: Database, _ body: () throws -> Result, whenEndedByOthers: () -> Void = {}
    ) throws -> Result {
        try database.cachedStatement(sql: begin).runKnown(in: database)
        do {
            let result = try body()
            let commit = try database.cachedStatement(sql: "COMMIT")
            // An error can end a transaction that nobody noticed; nothing of it may count as done.
            guard database.isInsideTransaction else { throw commit.abortedTransaction }
            try commit.runKnown(in: database)
            return result
        } catch {
            if database.isInsideTransaction { try? database.rollback() } else { whenEndedByOthers() }
            throw error
        }
    }

    /// SQLite takes it between transactions only.
    private func set(_ wanted: Durability, _ database: Database) throws {
        guard durability.withLock({ $0 }) != wanted else { return }
        durability.withLock { $0 = nil }
        let code = sqlite3_exec(database.sqliteConnection, wanted.pragma, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
        }
        durability.withLock { $0 = wanted }
    }

    /// In one consistent view. `body` must not write: GRDB's own would see to that, by a pragma for which SQLite compiles
    /// every statement anew that is used afterwards.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try use { database in
            if database.isInsideTransaction { try database.rollback() }
            removeConfirmed(database)
            return try Self.transaction("BEGIN", database) { try body(database) }
        }
    }

    func look<Result>(_ body: (Database) throws -> Result) throws -> Result { try queue.unsafeRead(body) }
}
