import AMQPBridgeTesting
import Synchronization
import Testing

@testable import AMQPBridge

@Suite("No wake-up is lost, and cancellation ends every wait", .timeLimit(.minutes(1)))
struct WakingTests {
    private final class Count: Sendable {
        private let value = Atomic(0)

        var now: Int { value.load(ordering: .acquiring) }

        func add() { value.add(1, ordering: .acquiringAndReleasing) }
    }

    @Test("waiters: who waits for a count to rise sees every rise there is")
    func waiters() async {
        let waiters = Waiters()
        let count = Count()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var seen = 0
                    while seen < 8000 {
                        await waiters.wait { [seen] in count.now == seen }
                        seen = count.now
                    }
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<2000 {
                        count.add()
                        waiters.resumeAll()
                        if number % 7 == 0 { await Task.yield() }
                    }
                }
            }
        }
        #expect(count.now == 8000)
    }

    @Test("waiters: cancelled before, while and after they wait")
    func cancelledWaiters() async {
        let waiters = Waiters()
        for round in 0..<3000 {
            let task = Task { await waiters.wait { true } }
            if round % 3 != 0 { await Task.yield() }
            if round % 5 == 0 { waiters.resumeAll() }
            task.cancel()
            await task.value
        }
    }

    @Test("a doorbell: all that was put down before a ring is found")
    func doorbell() async {
        let doorbell = Doorbell()
        let rings = Count()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // It ends only if no ring is lost: every look finds all that there is.
                while rings.now < 20_000 { await doorbell.wait() }
            }
            for ringer in 0..<4 {
                group.addTask {
                    for number in 0..<5000 {
                        rings.add()
                        doorbell.ring()
                        if (number + ringer) % 11 == 0 { await Task.yield() }
                    }
                }
            }
        }
        #expect(rings.now == 20_000)
    }

    @Test("a doorbell: who is cancelled leaves the ring to its successor")
    func successor() async {
        let doorbell = Doorbell()
        let first = Task { await doorbell.wait() }
        first.cancel()
        doorbell.ring()
        await first.value
        await doorbell.wait()
        let second = Task { await doorbell.wait() }
        second.cancel()
        await second.value
    }

    @Test("flow: what is wanted at last is seen, whoever says what meanwhile")
    func flow() async throws {
        let flow = FlowControl(prefetch: 20)
        flow.begin(isCautious: true)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var done: FlowControl.Wish?
                while done != .stopped, let wish = await flow.wish(otherThan: done) {
                    if wish == .giveBack { flow.gaveBack() }
                    done = wish
                }
                #expect(done == .stopped)
            }
            await withTaskGroup(of: Void.self) { speakers in
                for speaker in 0..<4 {
                    speakers.addTask {
                        for number in 0..<2000 {
                            switch (number + speaker) % 6 {
                            case 0: flow.pause()
                            case 1: flow.giveBack()
                            case 2: flow.recovered()
                            case 3: flow.proved()
                            case 4: flow.gaveBack()
                            default: flow.resume()
                            }
                            if number % 13 == 0 { await Task.yield() }
                        }
                    }
                }
            }
            flow.stop()
        }
    }

    @Test("flow: what counts more comes first, and what is over is over")
    func precedence() async {
        let flow = FlowControl(prefetch: 20)
        #expect(flow.wish == .prefetch(1) && flow.isCautious)
        flow.proved()
        #expect(flow.wish == .prefetch(20) && !flow.isCautious)
        flow.pause()
        #expect(flow.wish == .paused && flow.isPaused)
        flow.giveBack()
        #expect(flow.wish == .giveBack)
        flow.stop()
        #expect(flow.wish == .stopped)
        flow.fail(AMQPError(.notFound, "first"))
        flow.fail(AMQPError(.notFound, "second"))
        #expect(flow.wish == .broken && flow.failure?.message == "first")
        flow.begin(isCautious: false)
        #expect(flow.wish == .stopped && flow.failure == nil)
        let calm = FlowControl(prefetch: 20)
        calm.begin(isCautious: false)
        calm.giveBack()
        calm.gaveBack()
        #expect(calm.wish == .prefetch(1), "the outage lasts")
        calm.begin(isCautious: false)
        #expect(calm.wish == .prefetch(1), "on any connection")
        calm.recovered()
        #expect(calm.wish == .prefetch(20))
        let waiting = Task { await calm.wish(otherThan: .prefetch(20)) }
        waiting.cancel()
        #expect(await waiting.value == nil)
    }
}
