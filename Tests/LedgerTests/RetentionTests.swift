import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@testable import Ledger

@Suite("What was handled is remembered for 30 days, and what is older is not handled again", .timeLimit(.minutes(1)))
struct RetentionTests {
    private static let day: Int64 = 86_400_000

    /// A ledger whose clock the test sets, in days from now.
    private final class Calendar: Sendable {
        private let shift = Atomic<Int64>(0)

        func set(day: Double) { shift.store(Int64(day * Double(RetentionTests.day)), ordering: .relaxed) }

        var now: RFC3339Time {
            RFC3339Time(milliseconds: RFC3339Time.now.milliseconds + shift.load(ordering: .relaxed))
        }
    }

    private func withLedger(_ body: (EventLedger, Calendar) async throws -> Void) async throws {
        try await withFolder { folder in
            let calendar = Calendar()
            let ledger = try openLedger("\(folder)/test.db") { calendar.now }
            try await body(ledger, calendar)
            try ledger.close()
        }
    }

    @Test("a replay after it was forgotten fails for good, and says what to do")
    func replay() async throws {
        try await withLedger { ledger, calendar in
            let event = incoming("a", 5, id: "1")
            #expect(try await ledger.failure(handling: event) == nil)
            calendar.set(day: 30.1)
            try await ledger.sending(to: Recorder()) {
                try await eventually("it is forgotten", within: .seconds(20)) { try await ledger.count("inbox") == 0 }
            }
            let failure = try #require(try await ledger.failure(handling: event) as? LedgerError)
            #expect(failure.failureClass == .permanent && failure.description.contains("event 1 was emitted at"))
            #expect(try await ledger.totals() == ["a": 5])
            let entries = try await ledger.read { try $0.journal(of: "a", limit: 10) }
            #expect(entries.count == 1 && entries.first?.outcome == .failed("\(failure)"))
        }
    }

    @Test("one that is still remembered is a duplicate, however old")
    func remembered() async throws {
        try await withLedger { ledger, calendar in
            let event = incoming("a", 5, id: "1")
            _ = try await ledger.handle([event])
            calendar.set(day: 31)
            #expect(try await ledger.failure(handling: event) == nil)
            #expect(try await ledger.totals() == ["a": 5])
        }
    }

    @Test("up to 30 days old it is handled; its neighbours are in any case", arguments: [(29.9, true), (30.1, false)])
    func border(age: Double, isHandled: Bool) async throws {
        try await withLedger { ledger, calendar in
            let old = incoming("a", 1)
            calendar.set(day: age)
            var young = incoming("b", 2)
            young.context.metadata.time = calendar.now
            let results = try await ledger.handle([old, young])
            #expect(results.map { $0.failure == nil } == [isHandled, true])
            #expect(try await ledger.totals() == (isHandled ? ["a": 1, "b": 2] : ["b": 2]))
        }
    }

    @Test("failures are forgotten as well, in steps; what is younger stays")
    func purge() async throws {
        try await withLedger { ledger, calendar in
            for number in 0..<1100 { _ = try await ledger.handle([incoming("k\(number)", number < 50 ? 0 : 1)]) }
            #expect(try await ledger.count("inbox_failures") == 50)
            calendar.set(day: 20)
            var young = incoming("young", 0)
            young.context.metadata.time = calendar.now
            _ = try await ledger.handle([young])
            calendar.set(day: 31)
            try await ledger.sending(to: Recorder()) {
                try await eventually("old rows are gone", within: .seconds(20)) {
                    let failures = try await ledger.count("inbox_failures")
                    let handled = try await ledger.count("inbox")
                    return failures == 1 && handled == 0
                }
            }
        }
    }
}
