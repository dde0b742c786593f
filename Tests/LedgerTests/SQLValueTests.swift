import Foundation
import Ledger
import Testing

@Suite("Values come out as they went in", .timeLimit(.minutes(1)))
struct SQLValueTests {
    /// The row that comes back for one value.
    private func stored(_ value: SQLValue) async throws -> SQLRow {
        var row: SQLRow?
        try await withLedger { ledger in
            row = try await ledger.write { transaction in
                try transaction.execute("CREATE TABLE stored (value)")
                try transaction.execute("INSERT INTO stored (value) VALUES (?)", value)
                return try transaction.first("SELECT value FROM stored")
            }
        }
        return try #require(row)
    }

    @Test("numbers", arguments: [0, 1, -1, .max, .min, 1 << 53, (1 << 53) + 1] as [Int])
    func numbers(number: Int) async throws {
        let row = try await stored(SQLValue(number))
        #expect(try row.int("value") == number)
        #expect(try row.optionalInt("value") == number)
        #expect(throws: LedgerError.self) { try row.text("value") }
        #expect(throws: LedgerError.self) { try row.bytes("value") }
    }

    @Test(
        "texts",
        arguments: [
            "", "a", "Łódź 東京 👩‍👩‍👧‍👦", "e\u{301}", "'; DROP TABLE stored; --", "?", "\n\t\u{1}",
            String(repeating: "x", count: 100_000),
        ])
    func texts(text: String) async throws {
        let row = try await stored(.text(text))
        #expect(try Array(row.text("value").utf8) == Array(text.utf8))
        #expect(try row.bytes("value") == Array(text.utf8))
        #expect(throws: LedgerError.self) { try row.int("value") }
    }

    @Test("a text with NUL is refused: it would come out shorter", arguments: ["\0", "a\0", "a\0b"])
    func nul(text: String) async throws {
        try await withLedger { ledger in
            let count = try await ledger.count("totals")
            await #expect(throws: LedgerError.self) {
                try await ledger.write { try $0.execute("INSERT INTO totals VALUES (?, 1)", .text(text)) }
            }
            await #expect(throws: LedgerError.self) {
                try await ledger.read { try $0.query("SELECT * FROM totals WHERE name = ?", .text(text)).count }
            }
            #expect(count == 0)
        }
    }

    @Test("bytes", arguments: [[], [0], [0, 255, 0], Array(0...255), [0xFF, 0xFE]] as [[UInt8]])
    func bytes(bytes: [UInt8]) async throws {
        let row = try await stored(.blob(bytes))
        #expect(try row.bytes("value") == bytes)
        #expect(throws: LedgerError.self) { try row.text("value") }
    }

    @Test("nothing")
    func null() async throws {
        for value in [.null, nil, SQLValue(nil as String?), SQLValue(nil as Int?)] as [SQLValue] {
            let row = try await stored(value)
            #expect(try row.optionalText("value") == nil && row.optionalInt("value") == nil)
            #expect(throws: LedgerError.self) { try row.text("value") }
            #expect(throws: LedgerError.self) { try row.int("value") }
            #expect(throws: LedgerError.self) { try row.bytes("value") }
        }
    }

    @Test("a fraction is no whole number")
    func real() async throws {
        let row = try await stored(.real(1.5))
        #expect(throws: LedgerError.self) { try row.int("value") }
        #expect(throws: LedgerError.self) { try row.text("value") }
    }

    @Test("a column that is not there is named")
    func missing() async throws {
        let row = try await stored("a")
        #expect {
            try row.optionalText("other")
        } throws: { "\($0)".contains("'other'") }
    }

    @Test("literals and optionals")
    func literals() {
        #expect(["a", 5, nil] as [SQLValue] == [.text("a"), .int(5), .null])
        #expect(SQLValue("a" as String?) == .text("a") && SQLValue(5 as Int?) == .int(5))
    }

    @Test("a row of several columns, several rows, none")
    func rows() async throws {
        try await withLedger { ledger in
            try await ledger.write { transaction in
                try transaction.execute("INSERT INTO totals VALUES ('a', 1), ('b', 2)")
                let rows = try transaction.query("SELECT name, total AS t FROM totals WHERE total > ? ORDER BY name", 0)
                #expect(try rows.map { try "\($0.text("name"))\($0.int("t"))" } == ["a1", "b2"])
                #expect(try transaction.first("SELECT * FROM totals WHERE name = ?", "z") == nil)
                #expect(try transaction.query("SELECT * FROM totals WHERE name = ?", "z").isEmpty)
                #expect(try transaction.execute("UPDATE totals SET total = 5") == 2)
                #expect(try transaction.execute("DELETE FROM totals WHERE name = ?", "z") == 0)
            }
        }
    }

    @Test("a statement that is none, and too few or too many arguments, are errors")
    func mistakes() async throws {
        try await withLedger { ledger in
            for attempt: @Sendable (LedgerTransaction) throws -> Int in [
                { try $0.execute("NONSENSE") }, { try $0.execute("DELETE FROM totals WHERE name = ?") },
                { try $0.execute("DELETE FROM totals", "a") }, { try $0.query("SELECT * FROM nowhere").count },
            ] {
                await #expect(throws: (any Error).self) { try await ledger.write(attempt) }
            }
        }
    }
}
