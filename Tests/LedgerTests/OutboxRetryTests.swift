import AMQPBridge
import AMQPBridgeTesting
import Ledger
import Synchronization
import Testing

@Suite("What the broker does not take is sent again", .timeLimit(.minutes(1)))
struct OutboxRetryTests {
    private func attempts(_ ledger: EventLedger) async throws -> [Int] {
        try await ledger.read {
            try $0.query("SELECT attempts FROM outbox ORDER BY seq").map { try $0.int("attempts") }
        }
    }

    static let refusals: [@Sendable () -> PublishOutcome] = [
        { .nacked }, { .unroutable }, { .unknown(AMQPError(.permissionDenied, "not to this exchange")) },
    ]

    @Test("a refused event waits and blocks its own key only", arguments: 0..<3)
    func refused(kind: Int) async throws {
        try await withLedger { ledger in
            let isRefusing = Atomic(true)
            let recorder = Recorder { event, _ in
                let isRefused = event.key == "blocked" && isRefusing.load(ordering: .relaxed)
                return isRefused ? Self.refusals[kind]() : .confirmed
            }
            try await ledger.emit([
                TotalChanged(name: "blocked", total: 1), TotalChanged(name: "free", total: 1),
                TotalChanged(name: "blocked", total: 2), TotalChanged(name: "free", total: 2),
            ])
            let start = ContinuousClock.now
            try await ledger.sending(to: recorder) {
                try await eventually("the free ones are sent", within: .seconds(20)) {
                    try await recorder.sent["free"] == [1, 2]
                }
                #expect(try await recorder.sent["blocked"] == nil)
                isRefusing.store(false, ordering: .relaxed)
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(ContinuousClock.now - start > .milliseconds(900), "it waits a second")
            #expect(try await recorder.sent == ["blocked": [1, 2], "free": [1, 2]])
            #expect(await recorder.attempts(of: "blocked") >= 3)
        }
    }

    @Test("the reason and the number of attempts are kept")
    func noted() async throws {
        try await withLedger { ledger in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            try await ledger.sending(to: Recorder { _, _ in .unroutable }) {
                try await eventually("it was refused twice", within: .seconds(20)) { try await attempts(ledger) == [2] }
            }
            let row = try #require(try await ledger.read { try $0.first("SELECT * FROM outbox") })
            #expect(try row.text("last_error").contains("shop topology apply"))
            let wait = Int64(try row.int("next_at")) - RFC3339Time.now.milliseconds
            #expect((0...2000).contains(wait), "the second wait is two seconds")
        }
    }

    @Test(
        "waits double from 1 s to 60 s",
        arguments: [
            (0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (7, 60), (100, 60), (1_000_000, 60),
        ])
    func waits(attempts: Int, seconds: Int64) async throws {
        try await withLedger { ledger in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            try await ledger.write { _ = try $0.execute("UPDATE outbox SET attempts = ?", SQLValue(attempts)) }
            let before = RFC3339Time.now.milliseconds
            try await ledger.sending(to: Recorder { _, _ in .nacked }) {
                try await eventually("it was refused", within: .seconds(20)) {
                    try await self.attempts(ledger) == [attempts + 1]
                }
            }
            let next = try #require(
                try await ledger.read { try $0.first("SELECT next_at FROM outbox")?.int("next_at") })
            #expect((before + seconds * 1000...RFC3339Time.now.milliseconds + seconds * 1000).contains(Int64(next)))
        }
    }

    @Test("an unknown outcome is nobody's fault: again, uncounted, in order")
    func unknown() async throws {
        try await withLedger { ledger in
            let recorder = Recorder { _, attempt in
                attempt <= 2 ? .unknown(AMQPError(.unreachable, "there is no connection")) : .confirmed
            }
            try await ledger.emit([TotalChanged(name: "a", total: 1), TotalChanged(name: "a", total: 2)])
            try await ledger.sending(to: recorder) {
                try await eventually("it was tried", within: .seconds(20)) { await recorder.attempts(of: "a") >= 1 }
                #expect(try await attempts(ledger) == [0, 0])
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(try await recorder.sent == ["a": [1, 2]])
        }
    }

    @Test("without a connection it looks about once a second, not all the time")
    func noSpin() async throws {
        try await withLedger { ledger in
            let recorder = Recorder { _, _ in .unknown(AMQPError(.unreachable, "there is no connection")) }
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            let start = ContinuousClock.now
            try await ledger.sending(to: recorder) {
                try await eventually("three looks", within: .seconds(20)) { await recorder.calls.count >= 3 }
            }
            #expect(ContinuousClock.now - start > .milliseconds(1500))
        }
    }
}
