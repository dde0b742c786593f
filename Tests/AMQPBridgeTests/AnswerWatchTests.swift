import Testing

@testable import AMQPBridge

@Suite("Who is heard no more is told so two heartbeats after the last answer", .timeLimit(.minutes(1)))
struct AnswerWatchTests {
    private static let start = ContinuousClock.now
    private var watch = AnswerWatch(at: start)

    init() { watch.heartbeat = .seconds(10) }

    private static func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("half a heartbeat after the last answer it asks, once")
    mutating func asks() {
        #expect(watch.turn(at: Self.at(0)) == .wait(until: Self.at(5)))
        #expect(watch.turn(at: Self.at(5)) == .ask)
        #expect(watch.turn(at: Self.at(6)) == .wait(until: Self.at(20)))
    }

    @Test("no answer for two heartbeats is the end")
    mutating func dies() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        #expect(watch.turn(at: Self.at(19)) == .wait(until: Self.at(20)))
        #expect(watch.turn(at: Self.at(20)) == .dead)
    }

    @Test("any answer begins the time anew")
    mutating func answered() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        watch.noteAnswer()
        #expect(watch.turn(at: Self.at(19)) == .wait(until: Self.at(24)))
        #expect(watch.turn(at: Self.at(24)) == .ask)
    }

    @Test("who slept for hours asks before it gives up")
    mutating func slept() { #expect(watch.turn(at: Self.at(9999)) == .ask) }

    @Test("nothing is asked while the broker is blocked, and the time begins anew with the end of that")
    mutating func blocked() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        watch.setBlocked(true)
        #expect(watch.turn(at: Self.at(100)) == .wait(until: Self.at(105)))
        #expect(watch.turn(at: Self.at(200)) == .wait(until: Self.at(205)))
        watch.setBlocked(false)
        #expect(watch.turn(at: Self.at(201)) == .wait(until: Self.at(206)))
        #expect(watch.turn(at: Self.at(206)) == .ask)
    }
}
