import AMQPBridge
import GRDB

/// How one event's part of a batch is undone alone when its handler throws.
///
/// A savepoint copies every page that changes in it, a tenth of what an event costs. So a batch is tried without: who
/// throws before having written anything, as most do, has only a row of the inbox to undo. When somebody throws later, the
/// batch is rolled back and done again with savepoints; its handlers are called once more, as after a commit that failed.
enum EventPart {
    case row
    case savepoint

    enum Failure: Error {
        /// Somebody threw who had written already, and there was no savepoint.
        case needsSavepoint
    }

    /// Does an event's work unless it has been done. Of what throws nothing stays.
    ///
    /// - Throws: what `work` does; `Failure.needsSavepoint`, and then all of the transaction is to be rolled back.
    func once(_ context: EventContext, _ transaction: LedgerTransaction, _ work: () throws -> Void) throws {
        let database = transaction.database
        switch self {
        case .savepoint:
            try database.withSavepoint {
                if try Inbox.insert(context, at: transaction.now, into: database) { try work() }
            }
        case .row:
            guard try Inbox.insert(context, at: transaction.now, into: database) else { return }
            do { try work() } catch {
                // What ended the transaction has undone all of it.
                guard database.isInsideTransaction else { throw error }
                if let error = error as? DatabaseError, error.isOutage { throw error }
                guard !transaction.hasWritten else { throw Failure.needsSavepoint }
                try Inbox.remove(context, from: database)
                throw error
            }
        }
    }
}
