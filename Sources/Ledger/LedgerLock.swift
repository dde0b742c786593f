import Glibc

/// Keeps a second process, and a second ledger of this one, away from a database: two would send every event twice.
///
/// The system frees it when the process ends, however that comes about. The file stays; it holds nothing.
final class LedgerLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Throws: `LedgerError.inUse` when somebody else holds it; `LedgerError.cannotOpen` when its file cannot be made.
    static func take(beside path: String) throws(LedgerError) -> LedgerLock {
        let lock = LedgerLock(try open(beside: path))
        guard try lock.isTaken(path, LOCK_EX | LOCK_NB) else { throw .inUse(path: path) }
        return lock
    }

    /// Takes it as soon as nobody else holds it.
    ///
    /// Waiting takes none of the threads that all tasks share.
    ///
    /// - Parameters:
    ///   - limit: at most so long.
    ///   - waiting: called once, when somebody else holds it.
    /// - Throws: as ``take(beside:)``, with `inUse` after the limit; `CancellationError`.
    static func take(beside path: String, within limit: Duration, waiting: () -> Void) async throws -> LedgerLock {
        do { return try take(beside: path) } catch LedgerError.inUse {}
        waiting()
        let lock = LedgerLock(try open(beside: path))
        return try await withThrowingTaskGroup(of: LedgerLock.self) { group in
            group.addTask {
                try await LockWait.run {
                    _ = try lock.isTaken(path, LOCK_EX)
                    return lock
                }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw LedgerError.inUse(path: path)
            }
            defer { group.cancelAll() }
            guard let lock = try await group.next() else { throw LedgerError.inUse(path: path) }
            return lock
        }
    }

    private static func open(beside path: String) throws(LedgerError) -> Int32 {
        let file = "\(path).lock"
        let descriptor = Glibc.open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: "\(file) cannot be made: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// False when somebody else holds it.
    private func isTaken(_ path: String, _ operation: Int32) throws(LedgerError) -> Bool {
        while flock(descriptor, operation) != 0 {
            let cause = errno
            if cause == EWOULDBLOCK { return false }
            guard cause == EINTR else {
                throw .cannotOpen(
                    path: path, reason: "\(path).lock cannot be locked: \(String(cString: strerror(cause)))")
            }
        }
        return true
    }
}
