package import GRDB

/// All that is in a database file, to compare it with what was in it before.
package struct DatabaseContents: Equatable, Sendable {
    package typealias Row = [String: DatabaseValue]

    /// What made its tables and indexes.
    package var schema: [String]
    /// By table.
    package var rows: [String: [Row]]

    /// - Parameter path: of a database that nobody has open.
    package init(of path: String) throws {
        let queue = try DatabaseQueue(path: path)
        (schema, rows) = try queue.read { database in
            let schema = try String.fetchAll(
                database, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY sql")
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            let rows = try tables.map { table in
                (table, try GRDB.Row.fetchAll(database, sql: "SELECT * FROM \(table)").map(Self.values))
            }
            return (schema, Dictionary(uniqueKeysWithValues: rows))
        }
        try queue.close()
    }

    private static func values(_ row: GRDB.Row) -> Row {
        Dictionary(uniqueKeysWithValues: row.map { ($0, $1) })
    }

    /// The rows that were there earlier and are not any more, in words. They are compared by the columns that both know.
    ///
    /// - Parameter changed: columns whose values may differ, as `table.column`.
    package func lost(since earlier: DatabaseContents, changed: Set<String> = []) -> [String] {
        earlier.rows.filter { !$0.key.hasPrefix("sqlite_") }.flatMap { table, before in
            let now = rows[table] ?? []
            let columns = Set(before.first?.keys.map { $0 } ?? []).intersection(now.first?.keys.map { $0 } ?? [])
                .filter { !changed.contains("\(table).\($0)") }
            let kept = Set(now.map { row in row.filter { columns.contains($0.key) } })
            return before.filter { row in !kept.contains(row.filter { columns.contains($0.key) }) }
                .map { "\(table): \($0)" }
        }
    }
}
