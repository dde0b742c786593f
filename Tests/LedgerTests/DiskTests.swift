import AMQPBridge
import AMQPBridgeTesting
import Foundation
import GRDB
import Glibc
import Ledger
import Testing

@Suite("A disk that fails costs nothing but time", .timeLimit(.minutes(2)))
struct DiskTests {
    /// Root can, unless it is held in a container that forbids it.
    private static let canMount: Bool = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mount-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard Glibc.mount("ledger-test", folder, "tmpfs", 0, nil) == 0 else { return false }
        return umount(folder) == 0
    }()

    /// A small file system of its own.
    private func withSmallDisk(_ body: (String) async throws -> Void) async throws {
        try await withFolder { folder in
            try run("mount", "-t", "tmpfs", "-o", "size=2m", "ledger-test", folder)
            defer { try? run("umount", "-l", folder) }
            try await body(folder)
        }
    }

    private func run(_ command: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command.joined(separator: " ")) failed")
    }

    private func handle(_ names: [String], _ ledger: EventLedger) async throws {
        let results = try await ledger.handle(names.map { incoming($0, 1, id: $0) })
        for result in results { #expect(result.failure == nil) }
    }

    /// Somebody else's connection, in a transaction of its own.
    private func lock(_ path: String) async throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        // The ledger's own work may be in the way for a moment.
        configuration.busyMode = .timeout(10)
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        return other
    }

    @Test("full: nothing is settled, it says so, and goes on when there is room", .enabled(if: canMount))
    func full() async throws {
        try await withSmallDisk { disk in
            let path = "\(disk)/test.db"
            let ledger = try openLedger(path)
            try await handle(["before"], ledger)
            let ballast = "\(disk)/ballast"
            try await ledger.sending(to: Recorder()) {
                // It takes all there is, and fails then.
                try run("sh", "-c", "dd if=/dev/zero of=\(ballast) bs=4096 2>&1 | grep -q 'No space left'")
                let names = (0..<200).map { "name-\($0)" }
                await #expect(throws: LedgerError.self) { try await handle(names, ledger) }
                let obstacle = try #require(ledger.obstacle)
                #expect(obstacle.contains(path) && obstacle.contains("make some"))
                try FileManager.default.removeItem(atPath: ballast)
                try await eventually("it notices by itself", within: .seconds(20)) { ledger.obstacle == nil }
                try await handle(names, ledger)
            }
            #expect(try await ledger.totals().count == 201)
            try ledger.close()
        }
    }

    @Test("mounted read-only and back", .enabled(if: canMount))
    func readOnlyDisk() async throws {
        try await withSmallDisk { disk in
            let path = "\(disk)/test.db"
            let ledger = try openLedger(path)
            try await handle(["before"], ledger)
            try ledger.close()
            try run("mount", "-o", "remount,ro", disk)
            #expect(throws: LedgerError.self) { try openLedger(path) }
            do { _ = try openLedger(path) } catch { #expect("\(error)".contains(path)) }
            try run("mount", "-o", "remount,rw", disk)
            let again = try openLedger(path)
            try await handle(["after"], again)
            #expect(try await again.totals() == ["before": 1, "after": 1])
            try again.close()
        }
    }

    @Test("locked: what reads and writes for an HTTP route says so too, and it is over by itself")
    func locked() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let ledger = try openLedger(path)
            try await ledger.sending(to: Recorder()) {
                let other = try await lock(path)
                await #expect(throws: LedgerError.self) { try await ledger.emit([TotalChanged(name: "a", total: 1)]) }
                let obstacle = try #require(ledger.obstacle)
                #expect(obstacle.contains(path) && obstacle.contains("end it"))
                _ = try await ledger.totals()
                #expect(ledger.obstacle != nil, "that it can be read says nothing about writing")
                try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
                try other.close()
                try await eventually("it notices by itself, without any work", within: .seconds(20)) {
                    ledger.obstacle == nil
                }
                try await ledger.emit([TotalChanged(name: "a", total: 1)])
            }
            try ledger.close()
        }
    }

    @Test("a relay that cannot mark what was sent says so as well")
    func relay() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let ledger = try openLedger(path)
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            let other = try await lock(path)
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                try await eventually("it says so", within: .seconds(20)) { ledger.obstacle?.contains("locked") == true }
                try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
                try other.close()
                try await eventually("it is marked", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
                #expect(ledger.obstacle == nil)
            }
            #expect(await Set(recorder.confirmed.map(\.id)).count == 1, "sent again with the same id")
            try ledger.close()
        }
    }

    /// Overwrites everything behind the first page.
    private func damage(_ path: String) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096))
        try file.close()
    }

    @Test("damaged while it was closed: it does not open, names the file and says what to do")
    func damagedClosed() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let ledger = try openLedger(path)
            try await handle((0..<100).map { "name-\($0)" }, ledger)
            try ledger.close()
            try damage(path)
            do {
                try openLedger(path).close()
                Issue.record("it was opened")
            } catch {
                let text = "\(error)"
                #expect(text.contains("\(path) cannot be opened") && text.contains("restore a backup"))
            }
        }
    }

    @Test("damaged while it is open: nothing more is settled, and it stays so until the restart")
    func damagedOpen() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let ledger = try openLedger(path)
            try await handle((0..<100).map { "name-\($0)" }, ledger)
            let other = try DatabaseQueue(path: path)
            try await other.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try other.close()
            try damage(path)
            // Nothing of the file may be left in memory.
            try await ledger.read { _ = try $0.query("PRAGMA shrink_memory") }
            await #expect(throws: (any Error).self) { try await handle(["late"], ledger) }
            let obstacle = try #require(ledger.obstacle)
            #expect(obstacle.contains("\(path) is damaged") && obstacle.contains("restore a backup"))
            _ = try? await ledger.write { try $0.first("SELECT 1 AS one") }
            #expect(ledger.obstacle == obstacle)
            try ledger.close()
        }
    }
}
