import AMQPBridge
import AMQPBridgeTesting
import Foundation
import GRDB
import SchemaTesting
import Testing

@testable import Ledger

@Suite("A schema goes forward only, and all the way or not at all", .timeLimit(.minutes(1)))
struct SchemaTests {
    private static let schemas = ReleasedSchemas(of: "LedgerTests")
    private static let next = Migration("totals-2", ["ALTER TABLE totals ADD COLUMN note TEXT NOT NULL DEFAULT ''"])
    private static let bad = Migration("totals-3", ["DELETE FROM totals", "CREATE NONSENSE"])

    private func reason(_ path: String, _ migrations: [Migration]) -> String {
        do {
            try openLedger(path, migrations: migrations).close()
            return "it was opened"
        } catch {
            return "\(error)"
        }
    }

    private func withTotals(_ migrations: [Migration], _ body: (String) async throws -> Void) async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db", migrations: migrations)
            _ = try await ledger.handle([incoming("a", 5), incoming("b", 7)])
            try ledger.close()
            try await body("\(folder)/test.db")
        }
    }

    @Test("a newer version's database is refused, with what it holds and what to do, and left as it was")
    func newer() async throws {
        try await withTotals(Totals.migrations + [Self.next]) { path in
            let before = try DatabaseContents(of: path)
            let words = reason(path, Totals.migrations)
            #expect(words.contains(path) && words.contains("totals-2"))
            #expect(words.contains("Start that version or a later one"))
            #expect(!words.contains("totals-1"))
            // Not even what this version would like to add.
            let other = Migration("other-1", ["CREATE TABLE other (a INTEGER)"])
            #expect(reason(path, Totals.migrations + [other]).contains("totals-2"))
            #expect(try DatabaseContents(of: path) == before)
            #expect(reason(path, Totals.migrations + [Self.next]) == "it was opened")
        }
    }

    @Test("a migration that fails half way takes those before it along: the old version still opens what it left")
    func halfWay() async throws {
        try await withTotals(Totals.migrations) { path in
            let before = try DatabaseContents(of: path)
            let reason = reason(path, Totals.migrations + [Self.next, Self.bad])
            #expect(reason.contains("totals-3") && reason.contains("nothing was changed"))
            #expect(try DatabaseContents(of: path) == before)
            let ledger = try openLedger(path)
            #expect(try await ledger.totals() == ["a": 5, "b": 7])
            #expect(try await ledger.read { try $0.first("PRAGMA foreign_keys")?.int("foreign_keys") } == 1)
            try ledger.close()
        }
    }

    @Test("a migration that leaves a reference to nothing fails")
    func danglingReference() async throws {
        let parent = Migration(
            "family-1",
            [
                "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
                "CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents (id))",
                "INSERT INTO parents VALUES (1)", "INSERT INTO children VALUES (1)",
            ])
        try await withTotals(Totals.migrations + [parent]) { path in
            let before = try DatabaseContents(of: path)
            let orphan = Migration("family-2", ["DELETE FROM parents"])
            #expect(reason(path, Totals.migrations + [parent, orphan]).contains("family-2"))
            #expect(try DatabaseContents(of: path) == before)
            // A parent that is away for a moment only is none.
            let anew = Migration(
                "family-2",
                [
                    "CREATE TABLE parents_2 (id INTEGER PRIMARY KEY, name TEXT)",
                    "INSERT INTO parents_2 (id) SELECT id FROM parents", "DROP TABLE parents",
                    "ALTER TABLE parents_2 RENAME TO parents",
                ])
            #expect(reason(path, Totals.migrations + [parent, anew]) == "it was opened")
        }
    }

    @Test("the ledger's own tables of all times: everything is there, is read, and goes on", arguments: [1, 2, 3])
    func old(version: Int) async throws {
        try await OldDatabase.with(version, of: Self.schemas) { old in
            let harm = try await old.harm { try openLedger(old.path).close() }
            #expect(harm == [])
            let ledger = try openLedger(old.path)
            #expect(try await ledger.totals() == ["a": 3, "b": 5])
            // What was handled is not handled again, and what waited leaves in the order of its keys.
            let known = try #require(old.contents.rows["inbox"]?.first)
            let id = try #require(known["event_id"].flatMap { String.fromDatabaseValue($0) })
            let again = incoming(NumberAdded(name: "a", number: 1), id: id)
            #expect(try await ledger.failure(handling: again) == nil)
            #expect(try await ledger.totals() == ["a": 3, "b": 5])
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(try await recorder.sent == ["a": [1, 3], "b": [5]])
            #expect(await Set(recorder.confirmed.map(\.id)) == Set(old.column("event_id", of: "outbox")))
            try ledger.close()
        }
    }

    @Test("a migration that loses a row, or changes one, does not go unseen")
    func seen() async throws {
        for (number, statement) in ["DELETE FROM totals WHERE name = 'a'", "UPDATE totals SET total = 4"].enumerated() {
            try await OldDatabase.with(3, of: Self.schemas) { old in
                let migrations = Totals.migrations + [Migration("totals-2", [statement])]
                let harm = try await old.harm { try openLedger(old.path, migrations: migrations).close() }
                #expect(harm.count == number + 1 && harm.allSatisfy { $0.hasPrefix("totals: ") }, "\(harm)")
            }
            try await OldDatabase.with(3, of: Self.schemas) { old in
                let harm = try await old.harm {
                    let ledger = try openLedger(old.path)
                    _ = try await ledger.write { try $0.execute("UPDATE inbox SET attempt = attempt + 1") }
                    try ledger.close()
                }
                #expect(harm.contains("the second opening changed it"))
            }
        }
    }

    @Test("what was released stays as it was, and what is new is written down")
    func released() throws {
        #expect(try Self.schemas.complaints(about: LedgerDatabase.migrations) == [])
    }

    @Test("a released migration that is edited or gone, and a new one that nobody wrote down: words that help")
    func guarded() throws {
        let all = LedgerDatabase.migrations
        var edited = all
        edited[0].statements.append("SELECT 1")
        for (migrations, words) in [
            (edited, "add another migration"), (Array(all.dropFirst()), "is gone"),
            (all + [Self.next], "totals-2 is new"), (all + [Self.next], "-- migration totals-2\nALTER TABLE totals"),
        ] {
            let complaints = try Self.schemas.complaints(about: migrations)
            #expect(complaints.count == 1 && complaints.allSatisfy { $0.contains(words) }, "\(complaints)")
        }
    }
}
