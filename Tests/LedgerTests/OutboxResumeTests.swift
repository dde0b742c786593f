import AMQPBridge
import AMQPBridgeTesting
import Ledger
import Testing

@Suite("What was committed is sent, also after a restart", .timeLimit(.minutes(1)))
struct OutboxResumeTests {
    @Test("a new ledger on the same file sends what was left, in order")
    func reopened() async throws {
        try await withFolder { folder in
            var ledger = try openLedger("\(folder)/test.db")
            for number in 1...5 { _ = try await ledger.handle([incoming("a", number), incoming("b", number)]) }
            try ledger.close()
            ledger = try openLedger("\(folder)/test.db")
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(try await recorder.sent == ["a": [1, 3, 6, 10, 15], "b": [1, 3, 6, 10, 15]])
            try ledger.close()
        }
    }

    @Test("a crash before the row is removed sends it again, with the same id")
    func twice() async throws {
        try await withFolder { folder in
            let ledger = try openLedger("\(folder)/test.db")
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            let first = Recorder { _, _ in .unknown(AMQPError(.connectionLost, "gone before the confirm")) }
            try await ledger.sending(to: first) {
                try await eventually("it was tried", within: .seconds(20)) { await !first.calls.isEmpty }
            }
            try ledger.close()
            let reopened = try openLedger("\(folder)/test.db")
            let second = Recorder()
            try await reopened.sending(to: second) {
                try await eventually("it is sent", within: .seconds(20)) { try await reopened.count("outbox") == 0 }
            }
            #expect(await second.confirmed.map(\.id) == [await first.calls.first?.first?.id])
            try reopened.close()
        }
    }

    @Test("sending can end and begin again")
    func again() async throws {
        try await withLedger { ledger in
            for total in 1...3 {
                let recorder = Recorder()
                try await ledger.sending(to: recorder) {
                    try await ledger.emit([TotalChanged(name: "a", total: total)])
                    await ledger.drain(until: .now + .seconds(30))
                }
                #expect(try await recorder.sent == ["a": [total]])
            }
        }
    }

    @Test("a commit wakes the relay at once")
    func wakeUp() async throws {
        try await withLedger { ledger in
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                try await ledger.emit([TotalChanged(name: "a", total: 0)])
                try await eventually("the first is sent", within: .seconds(20)) { await recorder.confirmed.count == 1 }
                let start = ContinuousClock.now
                for total in 1...20 {
                    try await ledger.emit([TotalChanged(name: "a", total: total)])
                    try await eventually("the next is sent", within: .seconds(20)) {
                        await recorder.confirmed.count == total + 1
                    }
                }
                #expect(ContinuousClock.now - start < .seconds(10), "not one a second")
            }
        }
    }

    @Test("draining an empty outbox returns at once")
    func drainEmpty() async throws {
        try await withLedger { ledger in
            let start = ContinuousClock.now
            await ledger.drain(until: start + .seconds(30))
            #expect(ContinuousClock.now - start < .seconds(25))
        }
    }

    @Test("draining returns when the last event is sent")
    func drain() async throws {
        try await withLedger { ledger in
            try await ledger.emit((0..<300).map { TotalChanged(name: "k\($0 % 3)", total: $0) })
            let recorder = Recorder()
            let start = ContinuousClock.now
            try await ledger.sending(to: recorder) { await ledger.drain(until: start + .seconds(30)) }
            #expect(await recorder.confirmed.count == 300)
            #expect(try await ledger.count("outbox") == 0)
            #expect(ContinuousClock.now - start < .seconds(25))
        }
    }

    @Test("draining gives up at its deadline and loses nothing")
    func drainDeadline() async throws {
        try await withLedger { ledger in
            try await ledger.emit([TotalChanged(name: "a", total: 1)])
            let start = ContinuousClock.now
            try await ledger.sending(to: Recorder { _, _ in .nacked }) {
                await ledger.drain(until: start + .milliseconds(300))
            }
            #expect(ContinuousClock.now - start >= .milliseconds(300))
            #expect(try await ledger.count("outbox") == 1)
        }
    }
}
