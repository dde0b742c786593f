import Foundation
import GRDB
package import Ledger
import ShopRunning

/// What earlier versions of a service left behind, in `Tests/<Service>Tests/Schemas`:
///
/// - `1.sql`, `2.sql` and so on: a database of each schema, with the rows of a shop that ran, as `sqlite3 FILE .dump`
///   writes it;
/// - `released.sql`: every migration there ever was, as it was.
package struct ReleasedSchemas: Sendable {
    private static let heading = "-- migration "

    private let folder: URL

    /// - Parameter tests: the test target that holds them.
    package init(of tests: String) {
        folder = URL(filePath: "\(Repository.root)/Tests/\(tests)/Schemas")
    }

    /// Makes a database as that version left it.
    package func make(_ version: Int, at path: String) throws {
        let sql = try String(contentsOf: folder.appending(path: "\(version).sql"), encoding: .utf8)
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// What is wrong with today's migrations in the light of those that were released, in words that say what to do.
    package func complaints(about migrations: [Migration]) throws -> [String] {
        let released = try released()
        let today = Dictionary(migrations.map { ($0.name, Self.text(of: $0)) }) { first, _ in first }
        let changed = released.compactMap { name, text -> String? in
            guard let now = today[name] else {
                return "\(name) was released and is gone: a database that has it would be refused as a newer version's"
            }
            return now == text
                ? nil
                : "\(name) was released, and no database that has it runs it again: leave it as it was, and add another "
                    + "migration"
        }
        let new = migrations.filter { released[$0.name] == nil }.map {
            "\($0.name) is new: add it to \(folder.path)/released.sql, and a dump of a database that has it beside it:\n"
                + "\(Self.heading)\($0.name)\n\(Self.text(of: $0))"
        }
        return changed.sorted() + new
    }

    private func released() throws -> [String: String] {
        let text = try String(contentsOf: folder.appending(path: "released.sql"), encoding: .utf8)
        let parts = "\n\(text)".components(separatedBy: "\n\(Self.heading)").dropFirst()
        return Dictionary(
            uniqueKeysWithValues: parts.map { part in
                let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(lines[0]), (lines.dropFirst().first ?? "").trimmingCharacters(in: .newlines))
            })
    }

    private static func text(of migration: Migration) -> String {
        migration.statements.map { "\($0);" }.joined(separator: "\n")
    }
}
