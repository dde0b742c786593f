import AMQPBridge
import AMQPBridgeTesting
import Foundation
import GRDB
import Ledger
import Testing

@Suite("While the database cannot be written nothing is half done", .timeLimit(.minutes(2)))
struct OutageTests {
    @Test("locked by somebody else: an error, no effect, and it works afterwards")
    func locked() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db")
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: "\(folder)/test.db", configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
            await #expect(throws: LedgerError.self) { try await ledger.handle([incoming("a", 1, id: "1")]) }
            #expect(try #require(ledger.obstacle).contains("locked"))
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try other.close()
            #expect(try await ledger.totals() == [:])
            let failure = try await ledger.failure(handling: incoming("a", 1, id: "1"))
            #expect(failure == nil)
            #expect(try await ledger.totals() == ["a": 1])
            #expect(ledger.obstacle == nil)
            try ledger.close()
        }
    }

    /// SQLite's own limit stands in for a full disk: the error is the same.
    private func limit(_ ledger: EventLedger, pages: Int) async throws {
        try await ledger.write { _ = try $0.query("PRAGMA max_page_count = \(pages)") }
    }

    @Test("full: an error, no effect, and it works afterwards")
    func full() async throws {
        try await withLedger { ledger in
            _ = try await ledger.handle([incoming("first", 1)])
            try await limit(ledger, pages: 1)
            let batch = (0..<400).map { incoming("name-\($0)", 1, id: "\($0)") }
            await #expect(throws: LedgerError.self) { try await ledger.handle(batch) }
            #expect(ledger.obstacle != nil)
            // Those that still fitted by themselves have their whole effect, the others none.
            #expect(try await ledger.totals().count == ledger.count("inbox"))
            #expect(try await ledger.totals().count == ledger.count("outbox"))
            try await limit(ledger, pages: 1_000_000)
            let again = try await ledger.handle(batch)
            #expect(again.allSatisfy { $0.failure == nil })
            #expect(try await ledger.totals().count == 401)
            #expect(try await ledger.count("outbox") == 401)
        }
    }

    @Test("a handler that hides the error cannot commit a part")
    func hidden() async throws {
        try await withLedger { ledger in
            ledger.on(TotalChanged.self) { event, transaction in
                try transaction.execute("INSERT INTO totals VALUES (?, 1)", .text("before \(event.name)"))
                for number in 0..<2000 {
                    let name = "\(number) " + String(repeating: "x", count: 500)
                    _ = try? transaction.execute("INSERT INTO totals VALUES (?, 1)", .text(name))
                }
                _ = try? transaction.execute("INSERT INTO totals VALUES (?, 1)", .text("after \(event.name)"))
                return []
            }
            try await limit(ledger, pages: 30)
            let batch = [
                incoming("a", 1, id: "1"), incoming(TotalChanged(name: "b", total: 1), id: "2"), incoming("c", 1),
            ]
            let results = try? await ledger.handle(batch)
            let totals = try await ledger.totals()
            #expect(
                totals.keys.allSatisfy { !$0.hasPrefix("before") && !$0.hasPrefix("after") }, "\(totals.keys.count)")
            // Whoever is reported as handled has had its effect.
            if let results {
                #expect((totals["a"] == 1) == (results[0].failure == nil))
                #expect(results[1].failure != nil)
                #expect((totals["c"] == 1) == (results[2].failure == nil))
            }
            #expect(try await ledger.count("inbox") == ledger.count("outbox"))
        }
    }

    @Test("a rule that breaks only at the commit is its event's fault, not an outage")
    func deferredRule() async throws {
        try await withFolder { folder in
            let children = Migration(
                "children-1",
                [
                    """
                    CREATE TABLE children (
                        name TEXT PRIMARY KEY REFERENCES totals (name) DEFERRABLE INITIALLY DEFERRED
                    )
                    """
                ])
            let ledger = try openLedger("\(folder)/test.db", migrations: Totals.migrations + [children])
            ledger.on(TotalChanged.self) { event, transaction in
                try transaction.execute("INSERT INTO children VALUES (?)", .text(event.name))
                return []
            }
            let results = try await ledger.handle([
                incoming("a", 1), incoming(TotalChanged(name: "nobody", total: 1)), incoming("b", 1),
            ])
            #expect(results.map { $0.failure == nil } == [true, false, true])
            #expect(try await ledger.totals() == ["a": 1, "b": 1])
            #expect(try await ledger.count("children") == 0)
            try ledger.close()
        }
    }

    @Test("closed: an error, not a crash")
    func closed() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db")
            try ledger.close()
            await #expect(throws: LedgerError.self) { try await ledger.handle([incoming("a", 1)]) }
            await #expect(throws: LedgerError.self) { try await ledger.totals() }
            await #expect(throws: LedgerError.self) { try await ledger.emit([]) }
            #expect(throws: LedgerError.self) { try ledger.close() }
            await ledger.drain(until: .now + .seconds(30))
        }
    }

    @Test("closed in the middle of the work: what was begun is finished, the rest is refused")
    func closedInBetween() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db")
            let handled = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask { (try? await ledger.handle([incoming("a", 1)])) != nil }
                    group.addTask {
                        _ = try? await ledger.totals(); return false
                    }
                }
                try await eventually("some are handled", within: .seconds(20)) { try await ledger.count("inbox") > 5 }
                try ledger.close()
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let reopened = try openLedger("\(folder)/test.db")
            #expect(try await reopened.totals() == ["a": handled])
            try reopened.close()
        }
    }
}
