import Foundation
import GRDB

/// Opens the service's SQLite database as the ledger needs it, and runs transactions on its one connection.
///
/// One connection, which alone writes and checkpoints: SQLite before 3.51.3 can corrupt a WAL that several connections
/// reset. `BEGIN IMMEDIATE` takes the write lock first, so that a transaction waits for it instead of failing halfway.
final class LedgerDatabase: Sendable {
    private let queue: DatabaseQueue
    let path: String

    /// - Parameter migrations: the service's own tables, each applied once, in order.
    init(path: String, migrations: [Migration]) throws(LedgerError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.foreignKeysEnabled = true
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.makeDurable(queue)
            try Self.migrate(queue, migrations)
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
                throw LedgerError.unavailable(reason: "synchronous is \(level ?? -1), journal is \(journal ?? "unknown")")
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
        try await queue.writeWithoutTransaction { database in
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
        try await queue.read(body)
    }

    func close() throws { try queue.close() }
}

/// A step of a service's schema, applied once.
public struct Migration: Sendable {
    /// Never changes and never comes twice.
    public var name: String
    public var statements: [String]

    public init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }
}
