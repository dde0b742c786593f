import Foundation
import GRDB

/// A database of an earlier version, in a folder that is gone afterwards.
package struct OldDatabase {
    package let path: String
    /// As it was before anybody opened it.
    package let contents: DatabaseContents

    package static func with(
        _ version: Int, of schemas: ReleasedSchemas, _ body: (OldDatabase) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/old.db"
        try schemas.make(version, at: path)
        try await body(OldDatabase(path: path, contents: try DatabaseContents(of: path)))
    }

    /// What went wrong when it was opened twice: rows that are gone, or a second opening that changed something.
    ///
    /// - Parameters:
    ///   - changed: columns whose values a migration changes, as `table.column`.
    ///   - open: opens it as a ledger, and closes it.
    package func harm(
        changed: Set<String> = [], ofOpening open: () async throws -> Void
    ) async throws -> [String] {
        try await open()
        let first = try DatabaseContents(of: path)
        try await open()
        // Every row that waited had a time once; now only the first of each key has one.
        let lost = first.lost(since: contents, changed: changed.union(["outbox.next_at"]))
        return lost + (try DatabaseContents(of: path) == first ? [] : ["the second opening changed it"])
    }

    /// What stands in a column of a table, row by row, before anybody opened it.
    package func column(_ name: String, of table: String) -> [String] {
        (contents.rows[table] ?? []).compactMap { $0[name].map { String.fromDatabaseValue($0) ?? "" } }
    }

    package func number(_ name: String, of table: String) -> [Int] {
        (contents.rows[table] ?? []).compactMap { $0[name].flatMap { Int.fromDatabaseValue($0) } }
    }
}
