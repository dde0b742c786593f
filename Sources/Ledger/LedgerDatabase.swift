import Foundation
import GRDB
import Synchronization

/// Opens the service's SQLite database as the ledger needs it, and runs transactions on its one connection.
///
/// One connection, which alone writes and checkpoints: SQLite before 3.51.3 can corrupt a WAL that several connections
/// reset. `BEGIN IMMEDIATE` takes the write lock first, so that a transaction waits for it instead of failing halfway.
final class LedgerDatabase: Sendable {
    /// Nil once closed: GRDB would hand SQLite a dead pointer. Whoever still uses it keeps it open till they are done.
    private let queue: Mutex<DatabaseQueue?>
    let path: String

    /// - Parameter migrations: the service's own tables, each applied once, in order.
    init(path: String, migrations: [Migration]) throws(LedgerError) {
        self.path = path
        do {
            let folder = (path as NSString).deletingLastPathComponent
            if !folder.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.foreignKeysEnabled = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.makeDurable(queue)
            try Self.migrate(queue, migrations)
            self.queue = Mutex(queue)
        } catch {
            throw .cannotOpen(path: path, reason: "\(error)")
        }
    }

    /// GRDB lowers `synchronous` to NORMAL while it sets up WAL; with NORMAL a power loss can undo commits that were acked.
    private static func makeDurable(_ queue: DatabaseQueue) throws {
        try queue.inDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let level = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            guard level == 2, journal == "wal" else {
                throw LedgerError.unavailable(
                    reason: "synchronous is \(level ?? -1), journal is \(journal ?? "unknown")")
            }
        }
    }

    private static func migrate(_ queue: DatabaseQueue, _ migrations: [Migration]) throws {
        var migrator = DatabaseMigrator()
        for migration in [Inbox.migration, Outbox.migration] + migrations {
            migrator.registerMigration(migration.name) { database in
                for statement in migration.statements { try database.execute(sql: statement) }
            }
        }
        try migrator.migrate(queue)
    }

    /// One transaction on the database's own queue, never on the caller's thread.
    func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await open().writeWithoutTransaction { database in
            var result: Result?
            try database.inTransaction(.immediate) {
                result = try body(database)
                return .commit
            }
            guard let result else { throw LedgerError.unavailable(reason: "the transaction did not run") }
            return result
        }
    }

    func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await open().read(body)
    }

    func close() throws(LedgerError) {
        _ = try open()
        queue.withLock { $0 = nil }
    }

    private func open() throws(LedgerError) -> DatabaseQueue {
        guard let queue = queue.withLock({ $0 }) else { throw .unavailable(reason: "it is closed") }
        return queue
    }
}

/// A step of a service's schema, applied once.
public struct Migration: Sendable {
    /// Never changes and never comes twice; the ledger's own begin with `ledger-`.
    public var name: String
    /// SQL, run in this order in one transaction. Once applied they are never run again, changed or not: a change is
    /// another migration.
    public var statements: [String]

    /// - Parameter statements: all of them take effect, or none.
    public init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }
}
