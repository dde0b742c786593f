import GRDB
import Synchronization

/// Writes that wait at the same time share one transaction, and so one wait for the disk (group commit).
///
/// Each is a part of its own: one that throws takes nothing of the others with it (``WriteMark``), and every result is told
/// only after the commit. Whoever is alone has the transaction for itself.
final class WriteGroup: Sendable {
    typealias Answer = @Sendable () -> Void

    struct Member: Sendable {
        /// Does its work; returns what tells its result.
        var work: @Sendable (Database, WriteMark) throws -> Answer
        var fail: @Sendable (any Error) -> Void
    }

    /// In one transaction: nobody waits for much more than a commit.
    private static let limit = 256

    private let waiting = Mutex<[Member]>([])

    /// Whether somebody waits at this moment.
    var isWaitedFor: Bool { waiting.withLock { !$0.isEmpty } }

    /// True when somebody has to call `run` for it, on the database's queue.
    func add(_ member: Member) -> Bool {
        waiting.withLock { waiting in
            waiting.append(member)
            return waiting.count == 1
        }
    }

    /// Does what waits.
    ///
    /// - Parameters:
    ///   - transaction: runs its body in a transaction, and throws when that was not committed.
    ///   - failure: what to tell when the database itself failed.
    /// - Returns: what tells the results, for whoever has let go of the database; and whether more is left: then call it
    ///   again.
    func run(
        in database: Database, _ transaction: (() throws -> Void) throws -> Void,
        _ failure: (DatabaseError) -> any Error
    ) -> (answers: [Answer], isMore: Bool) {
        let (members, isMore) = waiting.withLock { waiting in
            let members = Array(waiting.prefix(Self.limit))
            waiting.removeFirst(members.count)
            return (members, !waiting.isEmpty)
        }
        return (commit(members, database, transaction, failure), isMore)
    }

    private func commit(
        _ members: [Member], _ database: Database, _ transaction: (() throws -> Void) throws -> Void,
        _ failure: (DatabaseError) -> any Error, withSavepoints: Bool = false
    ) -> [Answer] {
        var results: [Result<Answer, any Error>] = []
        let part = members.count == 1 ? Part.all : withSavepoints ? .savepoint : .bare
        do {
            try transaction { results = try members.map { try Self.attempt($0, as: part, database) } }
        } catch is NeedsSavepoint {
            return commit(members, database, transaction, failure, withSavepoints: true)
        } catch let error as DatabaseError where error.isOutage {
            let error = failure(error)
            return members.map { member in { member.fail(error) } }
        } catch {
            guard members.count > 1 else { return members.map { member in { member.fail(error) } } }
            // One of them spoilt the commit, or the transaction of all.
            return members.flatMap { commit([$0], database, transaction, failure) }
        }
        return zip(members, results).map { member, result in
            switch result {
            case .success(let answer): answer
            case .failure(let error): { member.fail(error) }
            }
        }
    }

    private static func attempt(
        _ member: Member, as part: Part, _ database: Database
    ) throws -> Result<Answer, any Error> {
        let mark = WriteMark()
        do {
            return switch part {
            case .all, .bare: .success(try member.work(database, mark))
            case .savepoint: .success(try database.withSavepoint { try member.work(database, mark) })
            }
        } catch let error as DatabaseError where error.isOutage {
            throw error
        } catch {
            // An error can undo more than the member's part; then each has to be done again.
            guard part != .all, database.isInsideTransaction else { throw error }
            guard part != .bare || !mark.isSet else { throw NeedsSavepoint() }
            return .failure(error)
        }
    }

    /// What a member is of its transaction.
    private enum Part {
        case all
        /// Without a savepoint.
        case bare
        case savepoint
    }
}
