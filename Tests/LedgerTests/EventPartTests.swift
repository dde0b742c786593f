import AMQPBridge
import Ledger
import Synchronization
import Testing

@Suite("A batch is done without savepoints as long as nobody needs one", .timeLimit(.minutes(1)))
struct EventPartTests {
    private enum Fault: CaseIterable {
        case first, afterQuery, afterWrite, afterReturning, afterEmit, afterSavepoint

        var hasWritten: Bool { self != .first && self != .afterQuery }

        func fail(_ name: String, _ transaction: LedgerTransaction) throws {
            switch self {
            case .first: break
            case .afterQuery: _ = try transaction.query("SELECT * FROM totals")
            case .afterWrite: try transaction.execute("INSERT INTO totals VALUES (?, 0)", .text(name))
            case .afterReturning: _ = try transaction.first("INSERT INTO totals VALUES ('r', 0) RETURNING name")
            case .afterEmit: try transaction.emit(TotalChanged(name: name, total: -1))
            case .afterSavepoint: _ = try transaction.query("SAVEPOINT own")
            }
            throw Refused()
        }
    }

    /// Whose number is zero fails; the others add up. Counts the calls.
    private func ledger(failing fault: Fault, _ body: (EventLedger, Calls) async throws -> Void) async throws {
        try await withLedger { ledger in
            let calls = Calls()
            ledger.on(NumberAdded.self) { event, transaction in
                calls.note(event.name)
                if event.number == 0 { try fault.fail(event.name, transaction) }
                return try Totals.add(event, in: transaction)
            }
            try await body(ledger, calls)
        }
    }

    @Test("of who fails nothing stays, and its neighbours have their effect once", arguments: Fault.allCases)
    private func neighbours(fault: Fault) async throws {
        try await ledger(failing: fault) { ledger, _ in
            let results = try await ledger.handle([incoming("a", 1), incoming("b", 0), incoming("c", 3)])
            #expect(results.map { $0.failure is Refused } == [false, true, false])
            #expect(try await ledger.totals() == ["a": 1, "c": 3])
            #expect(try await ledger.count("inbox") == 2)
            #expect(try await ledger.count("outbox") == 2)
            #expect(try await ledger.count("inbox_failures") == 1)
        }
    }

    @Test("neighbours are called again only for who fails after it has written", arguments: Fault.allCases)
    private func calls(fault: Fault) async throws {
        try await ledger(failing: fault) { ledger, calls in
            _ = try await ledger.handle([incoming("a", 1), incoming("b", 0), incoming("c", 3)])
            #expect(calls.all == (fault.hasWritten ? ["a", "b", "a", "b", "c"] : ["a", "b", "c"]))
        }
    }

    @Test("who comes alone is called once", arguments: Fault.allCases)
    private func alone(fault: Fault) async throws {
        try await ledger(failing: fault) { ledger, calls in
            let failure = try await ledger.failure(handling: incoming("b", 0))
            #expect(failure is Refused)
            #expect(calls.all == ["b"])
            #expect(try await ledger.count("inbox") == 0)
            #expect(try await ledger.totals() == [:])
        }
    }

    @Test("who failed is handled when it comes again; who was handled is not", arguments: Fault.allCases)
    private func again(fault: Fault) async throws {
        try await ledger(failing: fault) { ledger, calls in
            _ = try await ledger.handle([incoming("a", 1, id: "1"), incoming("b", 0, id: "2")])
            calls.forget()
            let results = try await ledger.handle([incoming("a", 1, id: "1"), incoming("b", 2, id: "2")])
            #expect(results.allSatisfy { $0.failure == nil })
            #expect(calls.all == ["b"])
            #expect(try await ledger.totals() == ["a": 1, "b": 2])
        }
    }

    @Test("what had its effect before is not forgotten when it comes once more beside one that fails")
    func duplicate() async throws {
        try await ledger(failing: .first) { ledger, calls in
            let once = incoming("a", 1, id: "1")
            _ = try await ledger.handle([once])
            _ = try await ledger.handle([incoming("b", 0), once, incoming("b", 0)])
            _ = try await ledger.handle([once])
            #expect(try await ledger.totals() == ["a": 1])
            #expect(calls.all == ["a", "b"], "the later one of b waits")
        }
    }
}

private final class Calls: Sendable {
    private let names = Mutex<[String]>([])

    var all: [String] { names.withLock { $0 } }
    func note(_ name: String) { names.withLock { $0.append(name) } }
    func forget() { names.withLock { $0 = [] } }
}
