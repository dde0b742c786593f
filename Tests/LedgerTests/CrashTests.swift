import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Ledger
import Testing

@Suite("Killed at any step, a ledger has done an event's work once or not at all", .timeLimit(.minutes(2)))
struct CrashTests {
    static let steps = ["begin", "handler", "commit", "publish", "confirm", "mark"]
    static let points = steps.flatMap { ["before-\($0)", "after-\($0)"] }
    /// Up to here nothing of it is stored.
    static let uncommitted = points.prefix { $0 != "after-commit" }

    @Test("what was committed stands and is sent, the rest comes again", arguments: points)
    func killed(at point: String) async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, point = point as String] in
                try CrashPoint(point).arm()
                let ledger = try openLedger(path)
                // Without the relay: it could send what is committed before the handling gets any further.
                _ = try await ledger.handle([incoming("a", 5, id: "1")])
                try await ledger.sending(to: Recorder()) {
                    try await eventually("it is sent and marked", within: .seconds(20)) {
                        try await ledger.count("outbox") == 0
                    }
                    // After-mark is reached a moment after the row is gone.
                    try await eventually("it dies", within: .seconds(20)) { false }
                }
            }
            let ledger = try openLedger(path)
            let isStored = !Self.uncommitted.contains(point)
            #expect(try await ledger.totals() == (isStored ? ["a": 5] : [:]))
            #expect(try await ledger.count("inbox") == (isStored ? 1 : 0))
            #expect(try await ledger.count("outbox") == (isStored && point != "after-mark" ? 1 : 0))
            // Unsettled, it comes again.
            let failure = try await ledger.failure(handling: incoming("a", 5, id: "1"))
            #expect(failure == nil)
            try await ledger.sending(to: Recorder()) {
                try await eventually("all is sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(try await ledger.totals() == ["a": 5])
            try ledger.close()
        }
    }

    @Test("the N-th time, not before")
    func counted() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                try CrashPoint("before-commit:4").arm()
                let ledger = try openLedger(path)
                for number in 1...10 { _ = try await ledger.handle([incoming("a", number)]) }
            }
            let ledger = try openLedger(path)
            #expect(try await ledger.totals() == ["a": 1 + 2 + 3])
            try ledger.close()
        }
    }

    @Test("what changes state outside a handler passes the same places")
    func write() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                try CrashPoint("before-commit").arm()
                let ledger = try openLedger(path)
                try await ledger.emit([TotalChanged(name: "a", total: 1)])
            }
            let ledger = try openLedger(path)
            #expect(try await ledger.count("outbox") == 0)
            try ledger.close()
        }
    }

    @Test("all names there are")
    func names() throws {
        #expect(CrashPoint.names.count == 16)
        for name in CrashPoint.names { _ = try CrashPoint(name) }
        #expect(try CrashPoint("before-commit:3") != CrashPoint("before-commit"))
        #expect(try CrashPoint("before-commit:1") == CrashPoint("before-commit"))
    }

    @Test(
        "anything else is refused, with the list",
        arguments: [
            "commit", "before", "before-", "before-commit:", "before-commit:0", "before-commit:-1", "before-commit:x",
            "before-commit:1:2", "Before-commit", "before_commit", "before-commit-1", ":1", "before-commit ",
        ])
    func unknown(text: String) {
        do {
            _ = try CrashPoint(text)
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains("CRASH_AT") && error.message.contains("after-receive"))
        }
    }
}
