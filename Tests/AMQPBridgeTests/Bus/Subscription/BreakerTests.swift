import AMQPBridgeTesting
import Synchronization
import Testing

@testable import AMQPBridge

@Suite("The breaker opens in an outage, not for an event that always fails", .timeLimit(.minutes(1)))
struct BreakerTests {
    private let clock = ManualClock()
    private let news = News()
    private let breaker: Breaker

    init() {
        breaker = Breaker(threshold: 3, clock: clock.busClock) { [news] in news.add($0) }
    }

    /// What it told, in order; a closing is "closed".
    private final class News: Sendable {
        private let told = Mutex<[String]>([])

        var all: [String] { told.withLock { $0 } }

        func add(_ reason: String?) { told.withLock { $0.append(reason ?? "closed") } }
    }

    private func open() { breaker.notNow(.free, reason: "away") }

    /// Waits out the pause before the next probe.
    private func probe() async throws -> Breaker.Permit? {
        async let permit = breaker.enter()
        try await eventually("it waits") { clock.sleepers == 1 }
        clock.advance(by: .seconds(5))
        return await permit
    }

    @Test("so many different events in a row open it")
    func threshold() async {
        #expect(breaker.failed("a", .free, reason: "1") == .climb)
        #expect(breaker.failed("b", .free, reason: "2") == .climb)
        #expect(!breaker.isOpen && breaker.opening == nil)
        #expect(await breaker.enter() == .free)
        #expect(breaker.failed("c", .free, reason: "3") == .hold)
        #expect(breaker.isOpen && breaker.opening == 1)
        #expect(breaker.failed("d", .free, reason: "4") == .hold)
        #expect(news.all == ["3"])
    }

    @Test("one event that fails again and again never opens it")
    func oneEvent() {
        for _ in 0..<100 { #expect(breaker.failed("a", .free, reason: "") == .climb) }
        #expect(breaker.failed("b", .free, reason: "") == .climb)
        #expect(!breaker.isOpen)
    }

    @Test("a success in between begins the count anew")
    func success() {
        for _ in 0..<20 {
            _ = breaker.failed("a", .free, reason: "")
            _ = breaker.failed("b", .free, reason: "")
            breaker.succeeded(.free)
        }
        #expect(!breaker.isOpen)
        #expect(news.all.isEmpty)
    }

    @Test("who failed while another was handled is a suspect and opens nothing")
    func suspects() {
        for id in ["a", "b"] { _ = breaker.failed(id, .free, reason: "") }
        breaker.succeeded(.free)
        for id in ["a", "b", "a", "b", "c", "d"] { #expect(breaker.failed(id, .free, reason: "") == .climb) }
        #expect(!breaker.isOpen)
        #expect(breaker.failed("e", .free, reason: "") == .hold, "three that are none: c, d, e")
    }

    @Test("while it is open a suspect is held, too: nothing can be handled")
    func suspectInOutage() {
        _ = breaker.failed("a", .free, reason: "")
        breaker.succeeded(.free)
        open()
        #expect(breaker.failed("a", .free, reason: "") == .hold)
    }

    @Test("not now opens it at once, and again while it is open nothing changes")
    func notNow() {
        open()
        open()
        #expect(breaker.opening == 1 && news.all == ["away"])
    }

    @Test("a call that began before it opened proves nothing; the probe does")
    func oldCall() async throws {
        #expect(await breaker.enter() == .free)
        open()
        breaker.succeeded(.free)
        #expect(breaker.isOpen)
        let permit = try await probe()
        #expect(permit == .probe)
        breaker.succeeded(.probe)
        #expect(!breaker.isOpen && news.all == ["away", "closed"])
        #expect(await breaker.enter() == .free)
        open()
        #expect(breaker.opening == 2)
    }

    @Test("waits grow from one probe to the next, and begin small in the next outage")
    func growing() async throws {
        open()
        for full in [100, 200, 400, 800, 1600, 2000, 2000] {
            async let permit = breaker.enter()
            try await eventually("it waits") { clock.sleepers == 1 }
            clock.advance(by: .milliseconds(full / 2 - 1))
            #expect(clock.sleepers == 1)
            clock.advance(by: .milliseconds(full - full / 2 + 1))
            #expect(await permit == .probe)
            #expect(breaker.failed("a", .probe, reason: "") == .hold)
        }
        #expect(try await probe() == .probe)
        breaker.succeeded(.probe)
        open()
        async let permit = breaker.enter()
        try await eventually("it waits") { clock.sleepers == 1 }
        clock.advance(by: .milliseconds(100))
        #expect(await permit == .probe)
    }

    @Test("a permit is given back by a failure, by not now, by leaving and by cancellation")
    func givenBack() async throws {
        open()
        #expect(try await probe() == .probe)
        _ = breaker.failed("a", .probe, reason: "")
        #expect(try await probe() == .probe)
        breaker.notNow(.probe, reason: "")
        #expect(try await probe() == .probe)
        breaker.leave(.probe)
        let waiting = Task { await breaker.enter() }
        try await eventually("it waits") { clock.sleepers == 1 }
        let second = Task { await breaker.enter() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        try await eventually("the other has its place") { clock.sleepers == 1 }
        clock.advance(by: .seconds(5))
        #expect(await second.value == .probe)
        // While somebody probes, who is cancelled takes nothing along.
        let third = Task { await breaker.enter() }
        third.cancel()
        #expect(await third.value == nil)
        breaker.leave(.probe)
        #expect(try await probe() == .probe)
    }

    @Test("all who wait go on when it closes")
    func allGoOn() async throws {
        open()
        let first = Task { await breaker.enter() }
        try await eventually("it waits") { clock.sleepers == 1 }
        let others = (0..<20).map { _ in Task { await breaker.enter() } }
        clock.advance(by: .seconds(5))
        #expect(await first.value == .probe)
        breaker.succeeded(.probe)
        for other in others { #expect(await other.value == .free) }
    }

    @Test("who waits for an outage is told of it, and not of none")
    func opened() async throws {
        let watch = Task { await breaker.opened() }
        _ = breaker.failed("a", .free, reason: "")
        open()
        await watch.value
        #expect(breaker.opening == 1)
        await breaker.opened()
    }
}
