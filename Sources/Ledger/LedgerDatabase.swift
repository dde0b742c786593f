import AMQPBridge
import CSQLite
import Foundation
import GRDB
import Logging
import Synchronization

/// Opens the service's SQLite database as the ledger needs it, and runs transactions on its one connection.
///
/// One connection, which alone writes and checkpoints: SQLite before 3.51.3 can corrupt a WAL that several connections
/// reset.
final class LedgerDatabase: Sendable {
    typealias Durability = LedgerConnection.Durability

    let path: String
    let availability: Availability
    let executor = LedgerExecutor()
    /// Nil once closed: GRDB would hand SQLite a dead pointer. Whoever still uses it keeps it open till they are done.
    private let connection: Mutex<LedgerConnection?>

    /// At most; SQLite's own 2 MiB hold too little of the indexes on random ids once there are a million.
    private static let cacheKibibytes = 8 * 1024

    /// - Parameters:
    ///   - migrations: the service's own tables, each applied once, in order.
    ///   - lock: taken before with ``LedgerLock``, after ``prepare(_:)``.
    ///   - lockLimit: so long it waits for somebody else who holds the file locked.
    init(
        path: String, migrations: [Migration], lock: LedgerLock, lockLimit: Duration, logger: Logger
    ) throws(LedgerError) {
        self.path = path
        availability = Availability(path: path, logger: logger)
        Self.leaveMemoryUncounted
        do {
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.foreignKeysEnabled = true
            configuration.busyMode = .timeout(lockLimit / .seconds(1))
            // A handler's own BEGIN, or a rollback that fails, must not end the process: see `write`.
            configuration.allowsUnsafeTransactions = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.makeDurable(queue)
            try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA cache_size = -\(Self.cacheKibibytes)")
                // Every savepoint notes the pages it changes, one event's at a time. In a file, which is the default, that
                // was nine of ten writes of a service.
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                try Schema.migrate(database, at: path, to: Self.migrations + migrations)
            }
            connection = Mutex(LedgerConnection(queue, lock))
        } catch let error as LedgerError {
            throw error
        } catch let error as DatabaseError where error.isOutage {
            throw .cannotOpen(path: path, reason: Availability.advice(error, path))
        } catch {
            throw .cannotOpen(path: path, reason: "\(error)")
        }
    }

    /// SQLite takes a lock of the whole process to count each piece of memory, some hundred times an event; nobody here asks
    /// for the sum. Where the process has used SQLite before, it refuses, and all stays as it was.
    private static let leaveMemoryUncounted: Void = { _ = csqlite_count_memory(0) }()

    /// Makes the folder of a database that is to be opened. Of the database itself nothing is touched.
    static func prepare(_ path: String) throws(LedgerError) {
        guard !path.isEmpty, path != ":memory:" else {
            throw .cannotOpen(path: path, reason: "a ledger needs a file: in memory it would forget")
        }
        let folder = (path as NSString).deletingLastPathComponent
        guard !folder.isEmpty else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
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

    /// The ledger's own tables.
    static let migrations = Inbox.migrations + [Failures.migration] + Outbox.migrations + [Probe.migration]

    /// One transaction on the ledger's own thread, whoever calls.
    ///
    /// - Throws: `LedgerError.unavailable` when the database itself fails; whatever `body` throws.
    nonisolated(nonsending) func write<Result: Sendable>(
        _ durability: Durability = .synced, _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let connection = try open()
        return try await executor.run { [availability] in
            do {
                let result = try connection.write(durability, body)
                availability.writingWorked()
                return result
            } catch let error as DatabaseError where error.isOutage {
                throw availability.writingFailed(error)
            }
        }
    }

    /// A write that may share its transaction with others that wait at the same time; see ``WriteGroup``.
    ///
    /// - Throws: as ``write(_:_:)``; `CancellationError` in a task that was cancelled before.
    nonisolated(nonsending) func writeTogether<Result: Sendable>(
        _ body: @escaping @Sendable (Database, WriteMark) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let connection = try open()
        return try await withUnsafeThrowingContinuation { continuation in
            let member = WriteGroup.Member(
                work: { database, mark in
                    let result = try body(database, mark)
                    return { continuation.resume(returning: result) }
                }, fail: { continuation.resume(throwing: $0) })
            if connection.group.add(member) { startGroup(on: connection) }
        }
    }

    /// Whether a write that shares its transaction with others waits for the thread at this moment.
    var isWaitedFor: Bool { connection.withLock { $0?.group.isWaitedFor ?? false } }

    private func startGroup(on connection: LedgerConnection) {
        // Handed over: whoever has the answer may open the file again at once, and nobody here must hold it then.
        let connection = Unmanaged.passRetained(connection)
        executor.start {
            for answer in self.runGroup(on: connection.takeRetainedValue()) { answer() }
        }
    }

    private func runGroup(on connection: LedgerConnection) -> [WriteGroup.Answer] {
        let (answers, isMore) = connection.use { [availability] database in
            connection.group.run(in: database) { body in
                CrashPoint.before(.begin)
                try connection.inTransaction(.synced, database) {
                    CrashPoint.after(.begin)
                    try body()
                    CrashPoint.before(.commit)
                }
                CrashPoint.after(.commit)
                availability.writingWorked()
            } _: {
                availability.writingFailed($0)
            }
        }
        // Whatever else waits for the thread has its turn first.
        if isMore { startGroup(on: connection) }
        return answers
    }

    /// In one consistent view. Throws as ``write(_:_:)``.
    nonisolated(nonsending) func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await reading { try $0.read(body) }
    }

    /// For statements that need no common view, at half the price. Throws as ``write(_:_:)``.
    nonisolated(nonsending) func look<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await reading { try $0.look(body) }
    }

    private nonisolated(nonsending) func reading<Result: Sendable>(
        _ body: @escaping @Sendable (LedgerConnection) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let connection = try open()
        return try await executor.run { [availability] in
            do {
                let result = try body(connection)
                availability.readingWorked()
                return result
            } catch let error as DatabaseError where error.isOutage && error.resultCode != .SQLITE_READONLY {
                // Read-only is what a statement gets that writes: its own fault.
                throw availability.readingFailed(error)
            }
        }
    }

    /// The broker has these rows of the outbox: unless somebody waits for one of their keys, they leave with the next
    /// transaction or consistent view. Throws as ``write(_:_:)``.
    ///
    /// - Returns: false when somebody waits, and then nothing was done.
    nonisolated(nonsending) func removeWithNext(_ rows: [Outbox.Row]) async throws -> Bool {
        try await reading { try $0.removeWithNext(rows) }
    }

    /// Takes out those that no transaction has taken yet. Throws as ``write(_:_:)``.
    nonisolated(nonsending) func removeConfirmed() async throws {
        // What a power failure undoes of it is sent again, with the same ids.
        if try open().hasConfirmed { try await write(.lazy) { _ in } }
    }

    func close() throws(LedgerError) {
        _ = try open()
        connection.withLock { $0 = nil }
    }

    private func open() throws(LedgerError) -> LedgerConnection {
        guard let connection = connection.withLock({ $0 }) else {
            throw .unavailable(reason: "the database \(path) is closed")
        }
        return connection
    }
}
