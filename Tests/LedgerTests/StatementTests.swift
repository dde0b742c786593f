import GRDB
import Testing

@testable import Ledger

@Suite("Statements are run as GRDB would run them", .timeLimit(.minutes(1)))
struct StatementTests {
    /// In a transaction that is not committed.
    private func withDatabase(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        try await withLedger { ledger in
            try await ledger.database.write { database in
                try database.execute(sql: "CREATE TABLE stored (a, b, c NOT NULL UNIQUE, d)")
                try body(database)
            }
        }
    }

    @Test("texts and blobs, empty and not, keep their places and their ends")
    func places() async throws {
        try await withDatabase { database in
            let kinds: [SQLValue] = ["", "łąka", .blob([]), .blob([0, 255]), -1, .real(0.5), nil]
            let insert = try database.cachedStatement(sql: "INSERT INTO stored VALUES (?, ?, ?, ?)")
            let select = try database.cachedStatement(sql: "SELECT a, b, d FROM stored WHERE c = ?")
            var number: Int64 = 0
            for a in kinds {
                for b in kinds {
                    for d in kinds {
                        number += 1
                        #expect(try insert.run([a, b, .int(number), d], in: database) == 1)
                        let rows = try select.rows([.int(number)], in: database, \.values)
                        #expect(rows == [[a, b, d]])
                    }
                }
            }
        }
    }

    @Test("a row by its places")
    func row() async throws {
        try await withDatabase { database in
            let statement = try database.cachedStatement(sql: "SELECT 7 AS x, NULL AS y, 'z' AS x, x'0102', ''")
            let rows = try statement.rows(in: database) { row in
                #expect(row.columns == ["x", "y", "x", "x'0102'", "''"])
                #expect(row.int(0) == 7 && row.optionalInt(0) == 7 && row.optionalInt(1) == nil)
                #expect(row.text(2) == "z" && row.optionalText(2) == "z" && row.optionalText(1) == nil)
                #expect(row.blob(3) == [1, 2] && row.blob(1) == [] && row.text(4) == "" && row.text(1) == "")
                return SQLRow(row.values, of: row.columns)
            }
            #expect(rows.count == 1)
            #expect(try rows.first?.text("x") == "z", "the last of a name")
        }
    }

    @Test("many values, a limit, no row")
    func many() async throws {
        try await withDatabase { database in
            let numbers = (0..<100).map { SQLValue.text("\($0)") }
            let places = numbers.map { _ in "(?)" }.joined(separator: ", ")
            let insert = try database.cachedStatement(sql: "INSERT INTO stored (c) VALUES \(places)")
            #expect(try insert.run(numbers, in: database) == 100)
            let select = try database.cachedStatement(sql: "SELECT c FROM stored WHERE c LIKE ? ORDER BY rowid")
            #expect(try select.rows(["%"], in: database) { $0.text(0) } == (0..<100).map { "\($0)" })
            #expect(try select.rows(["%"], limit: 2, in: database) { $0.text(0) } == ["0", "1"])
            #expect(try select.rows(["none"], in: database) { $0.text(0) }.isEmpty)
        }
    }

    @Test("errors have GRDB's words, and the statement works again afterwards")
    func words() async throws {
        try await withDatabase { database in
            let sql = "INSERT INTO stored (c) VALUES (?)"
            let statement = try database.cachedStatement(sql: sql)
            for value: SQLValue in ["a", "b"] { try statement.run([value], in: database) }
            for (values, arguments) in [
                (["a"], ["a"]), ([nil], [nil]), ([], []), (["c", "d"], ["c", "d"]),
            ] as [([SQLValue], StatementArguments)] {
                let expected = #expect(throws: DatabaseError.self) {
                    try database.execute(sql: sql, arguments: arguments)
                }
                let error = #expect(throws: DatabaseError.self) { try statement.run(values, in: database) }
                #expect(error?.message == expected?.message)
                #expect(error?.extendedResultCode == expected?.extendedResultCode)
            }
            #expect(try statement.run(["e"], in: database) == 1)
        }
    }

    @Test("without the transaction that it belongs to nothing is written, in GRDB's words")
    func aborted() async throws {
        try await withLedger { ledger in
            let sql = "INSERT INTO totals VALUES ('a', 1)"
            await #expect(throws: (any Error).self) {
                try await ledger.database.write { database in
                    try database.execute(sql: "ROLLBACK")
                    let error = #expect(throws: DatabaseError.self) {
                        try database.cachedStatement(sql: sql).run(in: database)
                    }
                    #expect(error?.message == "Transaction was aborted")
                    #expect(error?.resultCode == .SQLITE_ABORT)
                }
            }
            await #expect(throws: DatabaseError.self) {
                try await ledger.database.write { try $0.execute(sql: "ROLLBACK") }
            }
            let totals = try await ledger.totals()
            #expect(totals == [:])
        }
    }

    @Test("what runs it may run others, and what it throws comes out")
    func nested() async throws {
        try await withDatabase { database in
            let insert = try database.cachedStatement(sql: "INSERT INTO stored (c) VALUES (?)")
            for value: SQLValue in ["a", "b", "c"] { try insert.run([value], in: database) }
            let select = try database.cachedStatement(sql: "SELECT c FROM stored WHERE c < ?")
            let inner = try database.cachedStatement(sql: "SELECT MAX(c) FROM stored WHERE c <> ?")
            let pairs = try select.rows(["c"], in: database) { row in
                [row.text(0)] + (try inner.rows([.text(row.text(0))], in: database) { $0.text(0) })
            }
            #expect(pairs == [["a", "c"], ["b", "c"]])
            #expect(throws: Refused.self) { try select.rows(["c"], in: database) { _ in throw Refused() } }
            #expect(try select.rows(["b"], in: database) { $0.text(0) } == ["a"])
        }
    }
}
