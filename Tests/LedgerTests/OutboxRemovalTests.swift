import AMQPBridge
import GRDB
import Synchronization
import Testing

@testable import Ledger

@Suite("What the broker has leaves the outbox with the next transaction", .timeLimit(.minutes(1)))
struct OutboxRemovalTests {
    /// Confirms everything, after `body`.
    private final class Confirming: EventPublisher {
        private let body: @Sendable () async throws -> Void
        private let names = Mutex<[String]>([])

        init(_ body: @escaping @Sendable () async throws -> Void = {}) { self.body = body }

        /// The keys of what was sent.
        var sent: [String] { names.withLock { $0 } }

        func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] {
            names.withLock { $0 += events.map(\.key) }
            do { try await body() } catch { Issue.record(error) }
            return events.map { _ in .confirmed }
        }
    }

    /// As another program sees the file.
    private func rows(in path: String) throws -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM outbox") ?? -1 }
    }

    private func with(_ body: (EventLedger, _ path: String) async throws -> Void) async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let ledger = try openLedger(path)
            try await body(ledger, path)
            try ledger.close()
        }
    }

    @Test("a handler's or a write, and not before one is committed")
    func next() async throws {
        try await with { ledger, path in
            for name in ["a", "b"] {
                try await ledger.emit([TotalChanged(name: name, total: 1)])
                _ = try await ledger.sendOnce(to: Confirming())
                #expect(try rows(in: path) == 1, "no transaction of its own")
                await #expect(throws: Refused.self) { try await ledger.write { _ in throw Refused() } }
                #expect(try rows(in: path) == 1)
                if name == "a" {
                    _ = try await ledger.handle([incoming("c", 5)])
                    #expect(try rows(in: path) == 1, "that of the handler's event")
                    _ = try await ledger.sendOnce(to: Confirming())
                } else {
                    try await ledger.write { _ in }
                    #expect(try rows(in: path) == 0)
                }
            }
        }
    }

    @Test("whoever asks the ledger sees it gone at once")
    func asked() async throws {
        try await with { ledger, path in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            _ = try await ledger.sendOnce(to: Confirming())
            #expect(try await ledger.outboxState == OutboxState(waiting: 0, parked: 0, oldest: nil))
            #expect(try rows(in: path) == 0)
        }
    }

    @Test("while nobody can write, reading waits for that once at most, and goes on")
    func locked() async throws {
        try await with { ledger, path in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            _ = try await ledger.sendOnce(to: Confirming())
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            #expect(try await ledger.outboxState.waiting == 1)
            // 200 ms is what this ledger waits for a lock.
            let start = ContinuousClock.now
            for _ in 1...20 { #expect(try await ledger.outboxState.waiting == 1) }
            #expect(ContinuousClock.now - start < .seconds(2))
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try other.close()
            try await ledger.write { _ in }
            #expect(try rows(in: path) == 0)
            #expect(try await ledger.outboxState.waiting == 0)
        }
    }

    @Test("it is not sent again meanwhile, and the next look takes it out")
    func look() async throws {
        try await with { ledger, path in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            let publisher = Confirming()
            #expect(try await ledger.sendOnce(to: publisher) == false)
            #expect(try await ledger.sendOnce(to: publisher) == false)
            #expect(publisher.sent == ["a"])
            #expect(try rows(in: path) == 0)
        }
    }

    @Test("who waits for its key goes at once")
    func followers() async throws {
        try await with { ledger, path in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            // Committed while the first is on its way.
            let publisher = Confirming { try await ledger.emit([TotalChanged(name: "a", total: 2)]) }
            #expect(try await ledger.sendOnce(to: publisher), "there is more to send")
            #expect(try rows(in: path) == 1)
            let last = Confirming()
            #expect(try await ledger.sendOnce(to: last) == false)
            #expect(last.sent == ["a"])
            // Committed afterwards: its own transaction takes the one before it out.
            try await ledger.emit([TotalChanged(name: "a", total: 3)])
            #expect(try rows(in: path) == 1)
            #expect(try await ledger.sendOnce(to: last) == false)
            #expect(last.sent == ["a", "a"])
        }
    }

    @Test("whoever ends the transaction by themselves makes nobody lose an event that has got a number anew")
    func endedByOthers() async throws {
        try await with { ledger, path in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            _ = try await ledger.sendOnce(to: Confirming())
            await #expect(throws: Refused.self) {
                try await ledger.write { transaction in
                    // The first event's number, as that is gone.
                    try transaction.emit(TotalChanged(name: "b", total: 1))
                    try transaction.execute("COMMIT")
                    throw Refused()
                }
            }
            try await ledger.write { _ in }
            let publisher = Confirming()
            _ = try await ledger.sendOnce(to: publisher)
            #expect(publisher.sent == ["b"])
        }
    }
}
