import AMQPBridgeTesting
import Synchronization
import Testing

@testable import AMQPBridge

@Suite("However many lanes there are, one probes at a time, and it goes on for ever", .timeLimit(.minutes(1)))
struct BreakerStressTests {
    private final class Facts: Sendable {
        private struct State {
            var probing = 0
            var mostProbing = 0
            var probes = 0
            var told: [Bool] = []
        }

        private let state = Mutex(State())

        var mostProbing: Int { state.withLock { $0.mostProbing } }
        var probes: Int { state.withLock { $0.probes } }
        var told: [Bool] { state.withLock { $0.told } }

        func begin() {
            state.withLock { state in
                state.probes += 1
                state.probing += 1
                state.mostProbing = max(state.mostProbing, state.probing)
            }
        }

        func end() { state.withLock { $0.probing -= 1 } }

        func note(_ isOpen: Bool) { state.withLock { $0.told.append(isOpen) } }
    }

    /// Time does not matter here: the waits are over at once.
    private static let hasty = BusClock(
        now: { .zero },
        sleep: { _ in
            try Task.checkCancellation()
            await Task.yield()
        })

    @Test("16 lanes, outages that come and go, lanes that are cancelled at any time")
    func lanes() async throws {
        let facts = Facts()
        let breaker = Breaker(threshold: 5, clock: Self.hasty) { facts.note($0 != nil) }
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<16 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(lane))
                    for call in 0..<1500 {
                        // Every now and then a lane is given up while it waits.
                        let isCancelled = Int.random(in: 0..<40, using: &random) == 0
                        let task = Task { await breaker.enter() }
                        if isCancelled { task.cancel() }
                        guard let permit = await task.value else { continue }
                        if permit == .probe { facts.begin() }
                        await Task.yield()
                        if permit == .probe { facts.end() }
                        switch Int.random(in: 0..<10, using: &random) {
                        case 0: breaker.notNow(permit, reason: "away")
                        case 1...3: _ = breaker.failed("\(lane)-\(call)", permit, reason: "broken")
                        case 4: breaker.leave(permit)
                        default: breaker.succeeded(permit)
                        }
                    }
                }
            }
        }
        #expect(facts.mostProbing == 1 && facts.probes > 100)
        let told = facts.told
        #expect(told.enumerated().allSatisfy { $1 == $0.isMultiple(of: 2) }, "opened and closed, in turn")
        #expect(breaker.isOpen == (told.last == true), "the last word is about the last change")
    }
}
