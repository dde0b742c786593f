import GRDB

/// Whether a part of a transaction may have changed anything.
///
/// A savepoint copies every page that changes in it, a tenth of what an event costs. So parts are tried without: who throws
/// before having written anything, as most do, leaves nothing to undo. When somebody throws later, all is rolled back and
/// done again with savepoints, every part of it, as after a commit that failed.
final class WriteMark {
    let isAllowed: Bool
    private(set) var isSet = false

    /// - Parameter isAllowed: false where nothing may be changed.
    init(isAllowed: Bool = true) { self.isAllowed = isAllowed }

    /// - Throws: SQLite's own error where nothing may be changed.
    func set() throws {
        guard isAllowed else {
            throw DatabaseError(resultCode: .SQLITE_READONLY, message: "attempt to write a readonly database")
        }
        isSet = true
    }
}

/// Who threw had written already, and there was no savepoint: all of the transaction has to be rolled back.
struct NeedsSavepoint: Error {}
