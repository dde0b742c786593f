import GRDB
import Logging
import Synchronization

/// Whether the database can be used, as its last uses have shown.
///
/// Reading says nothing about writing: a full disk can still be read. Damage stays until the process is started anew:
/// what can still be read or written of such a file proves nothing.
final class Availability: Sendable {
    private struct State {
        var reading: String?
        var writing: String?
        var damage: String?

        var obstacle: String? { damage ?? writing ?? reading }
    }

    private let path: String
    private let logger: Logger
    private let state = Mutex(State())

    init(path: String, logger: Logger) {
        self.path = path
        self.logger = logger
    }

    /// Why the database cannot be used at the moment, and what to do; nil when all is well.
    var obstacle: String? { state.withLock { $0.obstacle } }

    func readingWorked() {
        change { $0.reading = nil }
    }

    func writingWorked() {
        change { state in
            state.reading = nil
            state.writing = nil
        }
    }

    /// - Returns: the error in words that say what to do.
    func readingFailed(_ error: DatabaseError) -> LedgerError {
        let reason = Self.advice(error, path)
        change { state in
            if error.isDamage { state.damage = reason } else { state.reading = reason }
        }
        return .unavailable(reason: reason)
    }

    /// - Returns: the error in words that say what to do.
    func writingFailed(_ error: DatabaseError) -> LedgerError {
        let reason = Self.advice(error, path)
        change { state in
            if error.isDamage { state.damage = reason } else { state.writing = reason }
        }
        return .unavailable(reason: reason)
    }

    private func change(_ body: (inout State) -> Void) {
        let (before, after) = state.withLock { state in
            let before = state.obstacle
            body(&state)
            return (before, state.obstacle)
        }
        switch (before, after) {
        case (nil, let reason?): logger.error("Nothing can be stored", metadata: ["reason": .string(reason)])
        case (.some, nil): logger.info("The database can be used again", metadata: ["path": .string(path)])
        default: break
        }
    }

    /// What is wrong with the file at that path, and what to do about it.
    static func advice(_ error: DatabaseError, _ path: String) -> String {
        let advice =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
                "another program holds \(path) locked: end it; the service then goes on by itself"
            case .SQLITE_FULL:
                "there is no room for \(path): make some on its disk; the service then goes on by itself"
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
                "\(path) cannot be written: let the service's user write the file and its folder, and see that the file "
                    + "system is not mounted read-only; the service then goes on by itself"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "\(path) is damaged: stop the service, keep a copy of the file and of those beside it, restore a backup "
                    + "or recover what can be read (sqlite3's .recover), and start the service again"
            case .SQLITE_NOMEM: "there is not enough memory to work on \(path)"
            default: "the disk of \(path) fails: see the system's log"
            }
        return "\(advice) (\(error))"
    }
}

extension DatabaseError {
    /// True when the database itself fails, rather than a statement: then it is nobody's fault and time may mend it.
    var isOutage: Bool {
        switch resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN,
            .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_PROTOCOL, .SQLITE_PERM:
            true
        default: false
        }
    }

    /// True when the file is not what was written.
    var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
