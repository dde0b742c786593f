import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@testable import Ledger

@Suite("A long batch lets in who waits from outside", .timeLimit(.minutes(1)))
struct BatchTurnTests {
    /// Handles a batch of twenty whose third waits, in its handler, until somebody else waits for the database.
    private func handle(
        in ledger: EventLedger, failing: Set<String> = []
    ) async throws -> (results: [HandlingResult], seen: [String: Int]) {
        let isBegun = Atomic(false)
        let isMet = Atomic(false)
        ledger.on(NumberAdded.self) { [unowned ledger] event, transaction in
            if event.number == 3 {
                isBegun.store(true, ordering: .sequentiallyConsistent)
                let deadline = ContinuousClock.now + .seconds(20)
                while !ledger.database.isWaitedFor, ContinuousClock.now < deadline {}
                isMet.store(ledger.database.isWaitedFor, ordering: .sequentiallyConsistent)
                // Its turn is over then.
                let end = ContinuousClock.now + .milliseconds(5)
                while ContinuousClock.now < end {}
            }
            if failing.contains(event.name) { throw Refused() }
            return try Totals.add(event, in: transaction)
        }
        let names = ["a", "b", "c", "a"] + (5...20).map { "n\($0)" }
        async let results = ledger.handle(names.enumerated().map { incoming($1, $0 + 1) })
        try await eventually("the third is being handled", within: .seconds(20)) {
            isBegun.load(ordering: .sequentiallyConsistent)
        }
        let seen = try await ledger.write { transaction in
            let rows = try transaction.query("SELECT name, total FROM totals")
            return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.text("name"), try $0.int("total")) })
        }
        let wasMet = isMet.load(ordering: .sequentiallyConsistent)
        #expect(wasMet)
        return (try await results, seen)
    }

    @Test("it sees what was handled before, committed, and all is handled")
    func letsIn() async throws {
        try await withLedger { ledger in
            let (results, seen) = try await handle(in: ledger)
            #expect(seen == ["a": 1, "b": 2, "c": 3], "the others had not had their turn")
            #expect(results.count == 20 && results.allSatisfy { $0.failure == nil })
            let totals = try await ledger.totals()
            #expect(totals.count == 19 && totals["a"] == 5 && totals["n20"] == 20)
            #expect(try await ledger.count("inbox") == 20)
        }
    }

    @Test("what follows a failure of its key waits for it also in the next turn")
    func keepsOrder() async throws {
        try await withLedger { ledger in
            let (results, _) = try await handle(in: ledger, failing: ["a"])
            #expect(results.first?.failure is Refused)
            guard case .postponed = results[3] else { Issue.record("it overtook its predecessor"); return }
            #expect(results.dropFirst().allSatisfy { $0.failure == nil })
            #expect(try await ledger.count("inbox") == 18)
        }
    }
}
