import AMQPBridge
import Foundation
import GRDB
import Ledger
import Testing

@Suite("A ledger opens durable, or says why not", .timeLimit(.minutes(1)))
struct OpeningTests {
    private func pragma(_ name: String, _ ledger: EventLedger) async throws -> SQLRow {
        try #require(try await ledger.read { try $0.first("PRAGMA \(name)") })
    }

    @Test("every commit reaches the disk before it is reported")
    func durable() async throws {
        try await withFolder { folder in
            for _ in 0..<2 {
                let ledger = try openLedger("\(folder)/test.db")
                #expect(try await pragma("synchronous", ledger).int("synchronous") == 2)
                #expect(try await pragma("journal_mode", ledger).text("journal_mode") == "wal")
                #expect(try await pragma("foreign_keys", ledger).int("foreign_keys") == 1)
                _ = try await ledger.handle([incoming("a", 1)])
                #expect(try await pragma("synchronous", ledger).int("synchronous") == 2, "still, after use")
                try ledger.close()
            }
        }
    }

    @Test("after marks that do not wait for the disk every other commit does again")
    func durableAfterMarks() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db")
            let level = { @Sendable (transaction: LedgerTransaction) in
                try transaction.first("PRAGMA synchronous")?.int("synchronous")
            }
            for number in 1...3 {
                _ = try await ledger.handle([incoming("a", number)])
                while try await ledger.sendOnce(to: Recorder()) {}
                #expect(try await ledger.count("outbox") == 0)
                #expect(try await ledger.read(level) == 1, "the mark was the last to commit")
                #expect(try await ledger.write(level) == 2)
            }
            try ledger.close()
        }
    }

    @Test("what was committed is in the file for anybody to read")
    func foreignReader() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db")
            _ = try await ledger.handle([incoming("a", 5)])
            let other = try DatabaseQueue(path: "\(folder)/test.db")
            #expect(try await other.read { try Int.fetchOne($0, sql: "SELECT total FROM totals") } == 5)
            try other.close()
            try ledger.close()
        }
    }

    @Test("missing folders are made, for the owner alone")
    func folders() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/deep/er/test.db")
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/deep/er")
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            try ledger.close()
        }
    }

    @Test("a name without a folder is a file here")
    func bareName() async throws {
        let name = "ledger-\(UUID()).db"
        defer { for end in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: name + end) } }
        let ledger = try openLedger(name)
        #expect(FileManager.default.fileExists(atPath: name))
        try ledger.close()
    }

    private func reason(_ path: String, _ migrations: [Migration] = Totals.migrations) -> String? {
        do {
            try openLedger(path, migrations: migrations).close()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a directory, a stranger's file, a file for a folder: the path and the cause")
    func impossible() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/dir.db", withIntermediateDirectories: false)
            try Data(repeating: 65, count: 10_000).write(to: URL(filePath: "\(folder)/text.db"))
            for path in ["\(folder)/dir.db", "\(folder)/text.db", "\(folder)/text.db/test.db", "/proc/none/test.db"] {
                let reason = try #require(self.reason(path), "\(path) was opened")
                #expect(reason.hasPrefix("the database \(path) cannot be opened: "))
            }
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/text.db")) == Data(repeating: 65, count: 10_000))
        }
    }

    @Test("a second ledger on the same file is refused until the first is closed")
    func second() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let ledger = try openLedger(path)
            let reason = try #require(self.reason(path), "it was opened twice")
            #expect(reason.contains(path) && reason.contains("in use by another process"))
            #expect(try await ledger.totals() == [:])
            try ledger.close()
            #expect(self.reason(path) == nil)
        }
    }

    @Test("a database in memory is refused: it would forget")
    func memory() {
        #expect(reason(":memory:") != nil)
    }

    @Test("migrations are applied once, later ones on top")
    func migrations() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            var ledger = try openLedger(path)
            _ = try await ledger.handle([incoming("a", 5)])
            try ledger.close()
            let more = Totals.migrations + [Migration("totals-2", ["ALTER TABLE totals ADD COLUMN note TEXT"])]
            for _ in 0..<2 {
                ledger = try openLedger(path, migrations: more)
                #expect(try await ledger.totals() == ["a": 5])
                #expect(try await ledger.count("totals WHERE note IS NULL") == 1)
                try ledger.close()
            }
        }
    }

    @Test("a migration that fails leaves nothing behind")
    func badMigration() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let bad = Migration("bad-1", ["CREATE TABLE half (a INTEGER)", "CREATE NONSENSE"])
            #expect(try #require(reason(path, Totals.migrations + [bad])).contains("NONSENSE"))
            let ledger = try openLedger(
                path, migrations: Totals.migrations + [Migration("good-1", ["CREATE TABLE half (b)"])])
            #expect(try await ledger.count("half") == 0)
            try ledger.close()
        }
    }
}
