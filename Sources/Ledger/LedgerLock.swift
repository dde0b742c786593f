import Glibc

/// Keeps a second process, and a second ledger of this one, away from a database: two would send every event twice.
///
/// The system frees it when the process ends, however that comes about. The file stays; it holds nothing.
final class LedgerLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `LedgerError.inUse` when somebody else holds it; `LedgerError.cannotOpen` when its file cannot be made.
    init(beside path: String) throws(LedgerError) {
        let file = "\(path).lock"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: "\(file) cannot be made: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            close(descriptor)
            throw cause == EWOULDBLOCK
                ? .inUse(path: path)
                : .cannotOpen(path: path, reason: "\(file) cannot be locked: \(String(cString: strerror(cause)))")
        }
    }

    deinit { close(descriptor) }
}
