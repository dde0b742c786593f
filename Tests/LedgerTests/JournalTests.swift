import AMQPBridge
import Ledger
import Testing

@Suite("A ledger remembers what it did with each event", .timeLimit(.minutes(1)))
struct JournalTests {
    private func context(
        _ id: String, _ key: String = "a", attempt: Int = 1, cause: String? = nil, time: RFC3339Time = .now
    ) -> EventContext {
        let metadata = EventMetadata(
            id: id, source: "/test/sender", type: NumberAdded.type, subject: key, time: time, correlationID: key,
            causationID: cause)
        return EventContext(metadata: metadata, routingKey: "number.added", attempt: attempt)
    }

    private func deliver(_ number: Int, _ context: EventContext, to ledger: EventLedger) async throws {
        let event = NumberAdded(name: context.metadata.subject, number: number)
        _ = try await ledger.handle([IncomingEvent(event: event, context: context)])
    }

    private func journal(_ ledger: EventLedger, of key: String = "a") async throws -> [JournalEntry] {
        try await ledger.read { try $0.journal(of: key, limit: 100) }
    }

    @Test("what was handled, with everything that is known of it")
    func handled() async throws {
        try await withLedger { ledger in
            let before = RFC3339Time.now
            let emitted = RFC3339Time(milliseconds: before.milliseconds - 5000)
            try await deliver(1, context("1", attempt: 3, cause: "0", time: emitted), to: ledger)
            let entry = try #require(try await journal(ledger).first)
            #expect((before...RFC3339Time.now).contains(entry.time))
            #expect(entry.event == "number.added" && entry.eventID == "1" && entry.source == "/test/sender")
            #expect(entry.causationID == "0" && entry.emittedAt == emitted && entry.attempt == 3)
            #expect(entry.outcome == .handled)
        }
    }

    @Test("each failed attempt, then the one that worked; a duplicate leaves no trace")
    func attempts() async throws {
        try await withLedger { ledger in
            for attempt in 1...2 { try await deliver(0, context("1", attempt: attempt), to: ledger) }
            for _ in 0..<3 { try await deliver(7, context("1", attempt: 3), to: ledger) }
            try await deliver(1, context("2", "b"), to: ledger)
            let entries = try await journal(ledger)
            #expect(entries.map(\.attempt) == [1, 2, 3])
            #expect(entries.map(\.outcome) == [.failed("Refused()"), .failed("Refused()"), .handled])
            #expect(try await journal(ledger, of: "b").map(\.eventID) == ["2"])
        }
    }

    @Test("the same attempt again, uncounted, stays one entry with its last error")
    func uncounted() async throws {
        try await withLedger { ledger in
            try await ledger.write { try $0.record(context("1"), .failed("first")) }
            try await ledger.write { try $0.record(context("1"), .failed("last")) }
            try await ledger.write { try $0.record(context("2"), .failed("other")) }
            #expect(Set(try await journal(ledger).map(\.outcome)) == [.failed("last"), .failed("other")])
        }
    }

    @Test("after a replay the attempts begin anew, and nothing is lost")
    func replayed() async throws {
        try await withLedger { ledger in
            for attempt in [1, 2, 1, 2] { try await deliver(0, context("1", attempt: attempt), to: ledger) }
            #expect(try await journal(ledger).count == 4)
        }
    }

    @Test("what a handler without the ledger records, once")
    func recorded() async throws {
        try await withLedger { ledger in
            try await ledger.write { try $0.record(context("1"), .failed("the mail server is away")) }
            for _ in 0..<2 { try await ledger.write { try $0.record(context("1", attempt: 2), .handled) } }
            let entries = try await journal(ledger)
            #expect(entries.map(\.outcome) == [.failed("the mail server is away"), .handled])
            #expect(entries.map(\.attempt) == [1, 2])
        }
    }

    @Test("a rule that breaks only at the commit is noted too; not now is not")
    func classes() async throws {
        try await withLedger { ledger in
            ledger.on(TotalChanged.self) { event, transaction in
                try transaction.execute("INSERT INTO totals VALUES (?, 1)", .text(event.name))
                throw NotNow("later")
            }
            _ = try await ledger.handle([incoming(TotalChanged(name: "a", total: 1))])
            #expect(try await journal(ledger).isEmpty)
            _ = try await ledger.handle([incoming("a", 1000)])
            guard case .failed(let reason)? = try await journal(ledger).first?.outcome else {
                Issue.record("a broken rule left no trace"); return
            }
            #expect(reason.contains("CHECK"))
        }
    }

    @Test("long and odd texts are cut and cleaned, also between characters")
    func texts() async throws {
        try await withLedger { ledger in
            let text = "\0" + String(repeating: "é", count: 5000)
            try await ledger.write { try $0.record(context("1"), .failed(text)) }
            guard case .failed(let kept)? = try await journal(ledger).first?.outcome else {
                Issue.record("nothing kept"); return
            }
            #expect((1000...1024).contains(kept.utf8.count) && kept.hasPrefix("\u{FFFD}éé") && kept.hasSuffix("é"))
        }
    }

    @Test("at most as many as asked for, the oldest first")
    func limit() async throws {
        try await withLedger { ledger in
            for number in 1...30 { try await deliver(1, context("\(number)"), to: ledger) }
            let first = try await ledger.read { try $0.journal(of: "a", limit: 10) }
            #expect(first.count == 10 && Set(first.map(\.eventID)).isSubset(of: (1...30).map(String.init)))
            #expect(first.map(\.time) == first.map(\.time).sorted())
        }
    }

    @Test("what waits in the outbox, by key and page by page, with its cause")
    func outbox() async throws {
        try await withLedger { ledger in
            for number in 1...5 { try await deliver(1, context("\(number)", "k\(number % 2)"), to: ledger) }
            let own = try await ledger.read { try $0.outboxEntries(of: "k1", limit: 10) }
            #expect(own.map(\.causationID) == ["1", "3", "5"] && own.allSatisfy { $0.event == "total.changed" })
            #expect(own.allSatisfy { $0.attempts == 0 && $0.nextAt == nil && $0.lastError == nil && !$0.parked })
            var pages: [[OutboxEntry]] = []
            repeat {
                let last = pages.last?.last?.number ?? 0
                pages.append(try await ledger.read { try $0.outboxEntries(after: last, limit: 2) })
            } while pages.last?.isEmpty == false
            #expect(pages.map(\.count) == [2, 2, 1, 0])
            #expect(pages.joined().map(\.key) == ["k1", "k0", "k1", "k0", "k1"])
        }
    }
}
