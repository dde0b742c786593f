import GRDB

/// Brings a database to the schema that this program knows: forward only, and all of it or nothing.
///
/// All that is missing is applied in one transaction. So a new version that fails at its second migration leaves a database
/// that the old version still opens.
enum Schema {
    /// - Parameters:
    ///   - path: of the database, for errors.
    ///   - migrations: all there are, in this order.
    /// - Throws: `LedgerError.newer` when others were applied, too; `LedgerError.cannotOpen` with the migration that failed.
    static func migrate(_ database: Database, at path: String, to migrations: [Migration]) throws {
        let applied = try applied(in: database)
        let unknown = applied.subtracting(migrations.map(\.name))
        guard unknown.isEmpty else { throw LedgerError.newer(path: path, migrations: unknown.sorted()) }
        let missing = migrations.filter { !applied.contains($0.name) }
        guard !missing.isEmpty else { return }
        // A table that is made anew is missing for a moment: references are checked at the end. SQLite takes this setting
        // between transactions only.
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        let result = Result { try apply(missing, in: database, at: path) }
        try database.execute(sql: "PRAGMA foreign_keys = ON")
        try result.get()
    }

    private static func applied(in database: Database) throws -> Set<String> {
        guard try database.tableExists("grdb_migrations") else { return [] }
        return try String.fetchSet(database, sql: "SELECT identifier FROM grdb_migrations")
    }

    private static func apply(_ missing: [Migration], in database: Database, at path: String) throws {
        try database.inTransaction(.immediate) {
            // As GRDB calls it, which kept it before.
            try database.execute(
                sql: "CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            for migration in missing {
                do { try apply(migration, in: database) } catch let error as DatabaseError where !error.isOutage {
                    throw LedgerError.cannotOpen(
                        path: path,
                        reason: "migration '\(migration.name)' failed, and nothing was changed: \(error)")
                }
            }
            return .commit
        }
    }

    private static func apply(_ migration: Migration, in database: Database) throws {
        for statement in migration.statements { try database.execute(sql: statement) }
        try database.execute(
            sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [migration.name])
        try database.checkForeignKeys()
    }
}
