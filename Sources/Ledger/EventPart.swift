import AMQPBridge
import GRDB

/// How one event's part of a batch is undone alone when its handler throws; see ``WriteMark``.
enum EventPart {
    /// Its row of the inbox is taken out again, as long as it is all there is.
    case row
    case savepoint

    /// Does an event's work unless it has been done. Of what throws nothing stays.
    ///
    /// - Throws: what `work` does; ``NeedsSavepoint``.
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
                guard !transaction.mark.isSet else { throw NeedsSavepoint() }
                try Inbox.remove(context, from: database)
                throw error
            }
        }
    }
}
