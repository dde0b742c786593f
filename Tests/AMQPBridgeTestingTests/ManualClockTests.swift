import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@Suite("Time stands still until it is moved", .timeLimit(.minutes(1)))
struct ManualClockTests {
    @Test("sleepers wake at their deadlines, and only then")
    func sleepersWake() async throws {
        let clock = ManualClock()
        let woken = Woken()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    woken.add(seconds)
                }
            }
            try await eventually("all sleep") { clock.sleepers == 3 }
            clock.advance(by: .milliseconds(999))
            #expect(clock.sleepers == 3)
            for seconds in 1...3 {
                clock.advance(by: seconds == 1 ? .milliseconds(1) : .seconds(1))
                #expect(clock.sleepers == 3 - seconds)
                try await eventually("the next is awake") { woken.all.count == seconds }
            }
            try await group.waitForAll()
        }
        #expect(woken.all == [1, 2, 3])
        #expect(clock.now == ManualClock.Instant(offset: .seconds(3)))
    }

    @Test("no time at all is no sleep")
    func zero() async throws {
        let clock = ManualClock()
        try await clock.sleep(for: .zero)
        try await clock.sleep(for: .seconds(-1))
        clock.advance(by: .seconds(-1))
        #expect(clock.now.offset == .zero)
    }

    @Test("a cancelled sleeper wakes at once, whether it slept already or not", arguments: [true, false])
    func cancelled(isAsleep: Bool) async throws {
        let clock = ManualClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        if isAsleep { try await eventually("it sleeps") { clock.sleepers == 1 } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleepers == 0)
    }

    @Test("as a bus sees it")
    func busClock() async throws {
        let clock = ManualClock()
        let bus = clock.busClock
        clock.advance(by: .seconds(5))
        #expect(bus.now() == .seconds(5))
        async let slept: Void = bus.sleep(.seconds(1))
        try await eventually("it sleeps") { clock.sleepers == 1 }
        clock.advance(by: .seconds(1))
        try await slept
    }

    @Test("what happens by itself happens at its own time, for as long as somebody keeps it")
    func timers() {
        let clock = ManualClock()
        var timer: Alarm? = Alarm()
        if let timer { clock.add(timer) }
        clock.advance(by: .seconds(5))
        #expect(timer?.fired.withLock { $0 } == [.seconds(1), .seconds(2)])
        timer = nil
        clock.advance(by: .seconds(60))
        #expect(clock.now.offset == .seconds(65))
    }
}

private final class Woken: Sendable {
    private let seconds = Mutex<[Int]>([])

    var all: [Int] { seconds.withLock { $0 } }

    func add(_ number: Int) { seconds.withLock { $0.append(number) } }
}

private final class Alarm: ManualTimer {
    let deadlines = Mutex<[Duration]>([.seconds(1), .seconds(2), .seconds(9)])
    let fired = Mutex<[Duration]>([])

    var nextDeadline: Duration? { deadlines.withLock { $0.first } }

    func fire(at time: Duration) {
        deadlines.withLock { $0.removeAll { $0 <= time } }
        fired.withLock { $0.append(time) }
    }
}
