import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Logging
import Testing

@testable import Ledger

@Suite("A ledger waits for its predecessor when it is asked to", .timeLimit(.minutes(1)))
struct HandoverTests {
    private static func open(_ path: String, patience: Duration) async throws -> EventLedger {
        try await EventLedger(
            path: path, migrations: Totals.migrations + [Migration("totals-2", ["CREATE TABLE next (a INTEGER)"])],
            encoder: EventEncoder(source: "/test/totals"), logger: Logger(label: "test"), patience: patience)
    }

    /// Somebody of this process waits for a lock on this file, by the kernel's own list.
    private func waits(_ path: String) throws -> Bool {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path).lock")
        let inode = try #require(attributes[.systemFileNumber] as? Int)
        return try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n").contains {
            $0.contains("-> FLOCK") && $0.contains(":\(inode) ")
        }
    }

    @Test("it opens as soon as the other is closed, and touches nothing before")
    func takesOver() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let first = try openLedger(path)
            async let second = Self.open(path, patience: .seconds(30))
            try await eventually("it waits") { try waits(path) }
            _ = try await first.handle([incoming("a", 1)])
            #expect(try await first.count("sqlite_master WHERE name = 'next'") == 0)
            try first.close()
            let ledger = try await second
            #expect(try await ledger.totals() == ["a": 1])
            #expect(try await ledger.count("next") == 0)
            try ledger.close()
        }
    }

    @Test("it waits no longer than it was told")
    func patience() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let first = try openLedger(path)
            let error = await #expect(throws: LedgerError.self) {
                try await Self.open(path, patience: .milliseconds(50))
            }
            #expect("\(try #require(error))".contains("in use by another process"))
            try first.close()
            try await expectFree(path)
        }
    }

    @Test("cancelled, it waits no longer, and keeps nobody away")
    func cancelled() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let first = try openLedger(path)
            let waiting = Task { try await Self.open(path, patience: .seconds(30)) }
            try await eventually("it waits") { try waits(path) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { _ = try await waiting.value }
            try first.close()
            try await expectFree(path)
        }
    }

    /// Whoever gave up may hold the lock for the moment that it takes to let go of it.
    private func expectFree(_ path: String) async throws {
        try await eventually("it can be opened") {
            guard let ledger = try? openLedger(path) else { return false }
            try ledger.close()
            return true
        }
    }
}
