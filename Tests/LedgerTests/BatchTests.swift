import AMQPBridge
import Foundation
import GRDB
import Ledger
import Testing

@Suite("A batch is one transaction, and each event its own part of it", .timeLimit(.minutes(1)))
struct BatchTests {
    @Test("who fails undoes its own part; neighbours commit; later ones of its key wait untouched")
    func neighbours() async throws {
        try await withLedger { ledger in
            let results = try await ledger.handle([
                incoming("a", 1), incoming("b", 0), incoming("c", 3), incoming("a", 0), incoming("d", 4),
                incoming("a", 10),
            ])
            #expect(results.map { $0.failure is Refused } == [false, true, false, true, false, false])
            guard case .postponed? = results.last else { Issue.record("it overtook its predecessor"); return }
            #expect(try await ledger.totals() == ["a": 1, "c": 3, "d": 4], "b is not even there with zero")
            #expect(try await ledger.count("inbox") == 3)
            #expect(try await ledger.count("outbox") == 3, "what failed emits nothing")
        }
    }

    @Test("a statement that breaks a rule fails its event alone")
    func constraint() async throws {
        try await withLedger { ledger in
            let results = try await ledger.handle([incoming("a", 999), incoming("a", 1), incoming("b", 2)])
            #expect(results.map { $0.failure == nil } == [true, false, true])
            #expect(try await ledger.totals() == ["a": 999, "b": 2])
        }
    }

    @Test("each position, and each pair, can be the one that fails", arguments: 0..<64)
    func everyPattern(pattern: Int) async throws {
        try await withLedger { ledger in
            let fails = (0..<6).map { pattern & (1 << $0) != 0 }
            let results = try await ledger.handle(fails.enumerated().map { incoming("n\($0)", $1 ? 0 : 1) })
            #expect(results.map { $0.failure != nil } == fails)
            let good = fails.enumerated().filter { !$0.element }.map { ("n\($0.offset)", 1) }
            #expect(try await ledger.totals() == Dictionary(uniqueKeysWithValues: good))
            #expect(try await ledger.count("outbox") == good.count)
        }
    }

    @Test("a type nobody registered fails alone")
    func unknownType() async throws {
        try await withLedger { ledger in
            let results = try await ledger.handle([incoming(TotalChanged(name: "x", total: 1)), incoming("a", 1)])
            #expect((results.first?.failure as? AMQPError)?.code == .unknownEventType)
            #expect(results.last?.failure == nil)
            #expect(try await ledger.totals() == ["a": 1])
        }
    }

    @Test(
        "a handler that ends or begins transactions itself breaks nothing", arguments: ["COMMIT", "ROLLBACK", "BEGIN"])
    func ownTransactions(statement: String) async throws {
        try await withLedger { ledger in
            ledger.on(TotalChanged.self) { _, transaction in
                try transaction.execute(statement)
                return []
            }
            let events = [incoming(TotalChanged(name: "x", total: 1), id: "x"), incoming("a", 1, id: "1")]
            _ = try? await ledger.handle(events)
            _ = try? await ledger.write { try $0.execute(statement) }
            let failure = try await ledger.failure(handling: incoming("a", 1, id: "1"))
            #expect(failure == nil)
            #expect(try await ledger.totals() == ["a": 1])
        }
    }

    @Test("nothing to do")
    func empty() async throws {
        try await withLedger { ledger in
            let results = try await ledger.handle([])
            #expect(results.isEmpty)
        }
    }

    @Test("500 events")
    func large() async throws {
        try await withLedger { ledger in
            let results = try await ledger.handle((1...500).map { incoming("a\($0 % 50)", 1, id: "\($0)") })
            #expect(results.count == 500 && results.allSatisfy { $0.failure == nil })
            #expect(try await ledger.totals().values.allSatisfy { $0 == 10 })
            #expect(try await ledger.count("outbox") == 500)
        }
    }

    @Test("events that cannot be encoded fail their cause")
    func unencodable() async throws {
        try await withLedger { ledger in
            let name = String(repeating: "x", count: 300)
            let results = try await ledger.handle([incoming(name, 1), incoming("a", 1)])
            #expect((results.first?.failure as? AMQPError)?.code == .tooLarge)
            #expect(try await ledger.totals() == ["a": 1])
        }
    }

    @Test("what follows from an event names it, its story and its trace")
    func causation() async throws {
        try await withLedger { ledger in
            _ = try await ledger.handle([incoming("a", 5, id: "cause")])
            let body = try await ledger.read { try $0.first("SELECT body FROM outbox")?.bytes("body") }
            let (metadata, event) = try CloudEventsCodec().decode(
                try #require(body), as: [TotalChanged.type: TotalChanged.self])
            #expect(event as? TotalChanged == TotalChanged(name: "a", total: 5))
            #expect(metadata.causationID == "cause" && metadata.correlationID == "story")
            #expect(metadata.traceparent == traceParent && metadata.source == "/test/totals")
        }
    }

    @Test("work outside a handler is all or nothing as well")
    func write() async throws {
        try await withLedger { ledger in
            await #expect(throws: Refused.self) {
                try await ledger.write { transaction in
                    try transaction.execute("INSERT INTO totals VALUES ('a', 1)")
                    try transaction.emit(TotalChanged(name: "a", total: 1))
                    throw Refused()
                }
            }
            #expect(try await ledger.totals() == [:])
            #expect(try await ledger.count("outbox") == 0)
            let rows = try await ledger.write { transaction in
                try transaction.emit(TotalChanged(name: "a", total: 1))
                return try transaction.execute("INSERT INTO totals VALUES ('a', 1), ('b', 2)")
            }
            #expect(rows == 2)
            #expect(try await ledger.count("outbox") == 1)
        }
    }

    @Test("reading changes nothing")
    func read() async throws {
        try await withLedger { ledger in
            let writes: [@Sendable (LedgerTransaction) throws -> Void] = [
                { try $0.execute("INSERT INTO totals VALUES ('a', 1)") },
                { _ = try $0.query("INSERT INTO totals VALUES ('a', 1) RETURNING name") },
                { _ = try $0.first("DELETE FROM totals RETURNING name") },
                { try $0.execute("COMMIT") },
                { try $0.emit(TotalChanged(name: "a", total: 1)) },
            ]
            for write in writes {
                let error = await #expect(throws: DatabaseError.self) { try await ledger.read { try write($0) } }
                #expect(error?.resultCode == .SQLITE_READONLY)
            }
            let totals = try await ledger.totals()
            #expect(totals == [:])
            #expect(try await ledger.read { try $0.execute("SELECT 1") } >= 0)
            #expect(try await ledger.count("outbox") == 0)
        }
    }

    @Test("a read that fails in its midst leaves no transaction behind")
    func failedRead() async throws {
        try await withLedger { ledger in
            await #expect(throws: Refused.self) {
                try await ledger.read { transaction in
                    _ = try transaction.query("SELECT name FROM totals")
                    throw Refused()
                }
            }
            _ = try await ledger.handle([incoming("a", 1)])
            let inbox = try await ledger.count("inbox")
            #expect(inbox == 1)
        }
    }

    @Test("a handler sees the event it handles")
    func transactionEvent() async throws {
        try await withLedger { ledger in
            ledger.on(TotalChanged.self) { event, transaction in
                #expect(transaction.event?.id == "seen" && transaction.event?.subject == "a")
                return []
            }
            let failure = try await ledger.failure(handling: incoming(TotalChanged(name: "a", total: 1), id: "seen"))
            #expect(failure == nil)
        }
    }
}
