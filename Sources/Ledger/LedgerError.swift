public import AMQPBridge

/// What goes wrong in a ledger, apart from the database's own errors.
public enum LedgerError: ClassifiedError, CustomStringConvertible {
    /// The database cannot be opened or used as it must be.
    case cannotOpen(path: String, reason: String)
    /// Somebody else works on this database.
    case inUse(path: String)
    /// A newer version of this program has been at work on this database, and applied these migrations, which this one
    /// does not know.
    case newer(path: String, migrations: [String])
    /// A result has no such column, or it is null or of another kind than asked for.
    case unexpectedValue(column: String)
    /// No text in a database can hold the character NUL.
    case textWithNUL
    /// The database is locked, full, read-only, broken or closed: nothing can be handled now. The reason names the file
    /// and says what to do.
    case unavailable(reason: String)
    /// The event is older than the inbox remembers, so nobody knows whether it has had its effect.
    case tooOld(eventID: String, emittedAt: RFC3339Time)

    public var failureClass: FailureClass {
        switch self {
        case .cannotOpen, .inUse, .newer, .unavailable: .notNow
        case .unexpectedValue: .transient
        case .textWithNUL, .tooOld: .permanent
        }
    }

    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "the database \(path) cannot be opened: \(reason)"
        case .inUse(let path):
            "the database \(path) is in use by another process; give every service a DATA_DIR of its own, or end that one"
        case .newer(let path, let migrations):
            "the database \(path) was written by a newer version of this program, with migrations that this one does not "
                + "know: \(migrations.joined(separator: ", ")). Nothing was changed. Start that version or a later one; an "
                + "older one can only be given a copy of the database from before"
        case .unexpectedValue(let column): "the column '\(column)' holds something else than expected"
        case .textWithNUL: "a text holds the character NUL, which cannot be stored"
        case .unavailable(let reason): "the database cannot be used: \(reason)"
        case .tooOld(let eventID, let emittedAt):
            "event \(eventID) was emitted at \(emittedAt), and what was handled is remembered for 30 days: it could have a "
                + "second effect. See what it has led to, and emit it anew if it has not"
        }
    }
}
