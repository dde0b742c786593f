import AMQPBridge
import AMQPBridgeTesting
import Ledger
import Testing

@Suite("An event has its effect once", .timeLimit(.minutes(1)))
struct InboxTests {
    @Test("a second delivery is skipped, and reported as handled")
    func again() async throws {
        try await withLedger { ledger in
            for _ in 0..<3 {
                let results = try await ledger.handle([incoming("a", 5, id: "1")])
                #expect(results.count == 1 && results.allSatisfy { $0.failure == nil })
            }
            #expect(try await ledger.totals() == ["a": 5])
            #expect(try await ledger.count("outbox") == 1)
            #expect(try await ledger.count("inbox") == 1)
        }
    }

    @Test("also inside one batch, and mixed with others")
    func inOneBatch() async throws {
        try await withLedger { ledger in
            let batch = ["1", "2", "1", "3", "2", "1"].map { incoming("a", 1, id: $0) }
            let results = try await ledger.handle(batch)
            #expect(results.count == 6 && results.allSatisfy { $0.failure == nil })
            #expect(try await ledger.totals() == ["a": 3])
            #expect(try await ledger.count("outbox") == 3)
        }
    }

    @Test("many deliveries at the same time have one effect")
    func atOnce() async throws {
        try await withLedger { ledger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { _ = try await ledger.handle([incoming("a", 1, id: "1")]) } }
                try await group.waitForAll()
            }
            #expect(try await ledger.totals() == ["a": 1])
        }
    }

    @Test("ids belong to their source")
    func sources() async throws {
        try await withLedger { ledger in
            let event = NumberAdded(name: "a", number: 1)
            for source in ["/one", "/two", "/one"] {
                _ = try await ledger.handle([incoming(event, id: "1", source: source)])
            }
            #expect(try await ledger.totals() == ["a": 2])
        }
    }

    @Test("ids are compared byte by byte", arguments: [("a", "A"), ("é", "e\u{301}"), ("a", "a ")])
    func bytes(pair: (String, String)) async throws {
        try await withLedger { ledger in
            for id in [pair.0, pair.1, pair.0, pair.1] { _ = try await ledger.handle([incoming("a", 1, id: id)]) }
            #expect(try await ledger.totals() == ["a": 2])
        }
    }

    @Test("what failed is not remembered: it may come again")
    func failed() async throws {
        try await withLedger { ledger in
            let first = try await ledger.failure(handling: incoming("a", 0, id: "1"))
            #expect(first is Refused)
            #expect(try await ledger.count("inbox") == 0)
            let second = try await ledger.failure(handling: incoming("a", 7, id: "1"))
            #expect(second == nil)
            #expect(try await ledger.totals() == ["a": 7])
        }
    }

    @Test("it is remembered across a restart")
    func restart() async throws {
        try await withFolder { folder in
            for _ in 0..<3 {
                let ledger = try openLedger("\(folder)/test.db")
                _ = try await ledger.handle([incoming("a", 5, id: "1")])
                #expect(try await ledger.totals() == ["a": 5])
                try ledger.close()
            }
        }
    }

    @Test("old rows are purged in steps, young ones stay")
    func purge() async throws {
        try await withLedger { ledger in
            let limit = RFC3339Time.now.milliseconds - 30 * 86_400_000
            try await ledger.write { transaction in
                for (index, age) in ([1200: -60_000, 7: 60_000] as [Int: Int64]) {
                    for number in 0..<index {
                        try transaction.execute(
                            "INSERT INTO inbox (source, event_id, received_at) VALUES (?, ?, ?)", .text("/s\(index)"),
                            .text("\(number)"), .int(limit + age))
                    }
                }
            }
            try await ledger.sending(to: Recorder()) {
                try await eventually("old rows are gone", within: .seconds(20)) { try await ledger.count("inbox") == 7 }
            }
            #expect(try await ledger.count("inbox WHERE source = '/s7'") == 7)
        }
    }
}
