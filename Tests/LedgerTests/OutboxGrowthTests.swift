import AMQPBridge
import AMQPBridgeTesting
import Testing

@testable import Ledger

@Suite("What waits in the outbox does not slow down what may go", .timeLimit(.minutes(2)))
struct OutboxGrowthTests {
    private func plan(_ sql: String, _ arguments: [SQLValue], _ ledger: EventLedger) async throws -> [String] {
        try await ledger.read { transaction in
            let rows =
                arguments.count == 2
                ? try transaction.query("EXPLAIN QUERY PLAN \(sql)", arguments[0], arguments[1])
                : try transaction.query("EXPLAIN QUERY PLAN \(sql)", arguments[0])
            return try rows.map { try $0.text("detail") }
        }
    }

    @Test("looking takes an index from its beginning to the limit, sorts nothing and scans nothing")
    func plans() async throws {
        try await withLedger { ledger in
            for sql in [Outbox.dueSQL, Outbox.overdueSQL] {
                let plan = try await plan(sql, [0, 256], ledger)
                #expect(plan.count == 1 && plan[0].contains("SEARCH outbox USING INDEX outbox_due"), "\(plan)")
            }
            let waiting = try await plan(Outbox.waitingSQL, ["a"], ledger)
            #expect(waiting.count == 1 && waiting[0].contains("USING COVERING INDEX outbox_key"), "\(waiting)")
            let advance = try await plan(Outbox.advanceSQL, ["a"], ledger)
            #expect(advance.count >= 2 && advance.allSatisfy { !$0.contains("SCAN") }, "\(advance)")
        }
    }

    @Test("numbers that follow one another leave as one range")
    func ranges() {
        #expect(Outbox.ranges([]).isEmpty)
        #expect(Outbox.ranges([7]) == [7...7])
        #expect(Outbox.ranges([3, 1, 2, 9, 5, 6]) == [1...3, 5...6, 9...9])
        #expect(Outbox.ranges([.min, .max, .max - 1]) == [.min ... .min, .max - 1 ... .max])
    }

    @Test("a blocked key with 20,000 rows, older than all others: these go at once")
    func blockedKey() async throws {
        try await withLedger { ledger in
            let recorder = Recorder { event, _ in event.key == "blocked" ? .nacked : .confirmed }
            try await ledger.emit((0..<20_000).map { TotalChanged(name: "blocked", total: $0) })
            try await ledger.emit((0..<500).map { TotalChanged(name: "free-\($0)", total: 1) })
            try await ledger.sending(to: recorder) {
                try await eventually("the free ones are sent", within: .seconds(20)) {
                    try await ledger.count("outbox") == 20_000
                }
            }
            #expect(await recorder.attempts(of: "blocked") < 10, "only its oldest was tried")
            #expect(await recorder.confirmed.count == 500)
            #expect(try await ledger.count("outbox WHERE next_at IS NOT NULL") == 1, "the others wait for it")
        }
    }

    @Test("20,000 rows of as many keys: a look takes 256 of them, the oldest")
    func manyKeys() async throws {
        try await withLedger { ledger in
            for start in stride(from: 0, to: 20_000, by: 10_000) {
                try await ledger.emit((start..<start + 10_000).map { TotalChanged(name: "k\($0)", total: $0) })
            }
            let rows = try await ledger.database.read { try Outbox.due(at: .now, limit: 256, in: $0) }
            #expect(rows.map(\.event.key) == (0..<256).map { "k\($0)" })
            #expect(try await ledger.outboxState.waiting == 20_000)
        }
    }

    @Test("a clock that was set back by a day holds nothing back")
    func clockSetBack() async throws {
        try await withLedger { ledger in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            let tomorrow = RFC3339Time.now.milliseconds + 86_400_000
            _ = try await ledger.write { try $0.execute("UPDATE outbox SET next_at = ?", .int(tomorrow)) }
            try await ledger.sending(to: Recorder()) {
                try await eventually("it is sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
        }
    }

    @Test("whatever happens, each key has one head: its oldest row that is not parked", arguments: 1...5)
    func heads(seed: UInt64) async throws {
        try await withLedger { ledger in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<60 {
                let (choice, key) = (random.below(5), "k\(random.below(3))")
                if choice < 2 {
                    try await ledger.emit([TotalChanged(name: key, total: 1)])
                } else {
                    try await ledger.database.write { database in
                        guard let row = try Outbox.due(at: .now, limit: 10, in: database).first else { return }
                        switch choice {
                        case 2: _ = try Outbox.remove([row], from: database)
                        case 3: _ = try Outbox.park(row, error: "no", in: database)
                        default:
                            let parked = try OutboxEntry.all(of: key, limit: 100, in: database).filter(\.parked)
                            if let entry = parked.last { _ = try Outbox.unpark(entry.eventID, in: database) }
                        }
                    }
                }
                let heads = try await ledger.count("outbox WHERE next_at IS NOT NULL AND parked = 0")
                let keys = try await ledger.count("(SELECT DISTINCT key FROM outbox WHERE parked = 0)")
                #expect(heads == keys, "seed \(seed)")
                #expect(try await ledger.count("outbox WHERE parked = 1 AND next_at IS NOT NULL") == 0)
            }
        }
    }
}
