import Testing

@testable import AMQPBridge

@Suite("Who is heard no more is told so within two heartbeats of the last answer", .timeLimit(.minutes(1)))
struct AnswerWatchTests {
    private static let start = MonotonicInstant.now
    private var watch = AnswerWatch(at: start)

    init() { watch.heartbeat = .seconds(10) }

    private static func at(_ seconds: Double) -> MonotonicInstant { start + Nanoseconds(.seconds(seconds)) }

    @Test("half a heartbeat after the last answer it asks, once")
    mutating func asks() {
        #expect(watch.turn(at: Self.at(0)) == .wait(until: Self.at(5)))
        #expect(watch.turn(at: Self.at(5)) == .ask)
        #expect(watch.turn(at: Self.at(6)) == .wait(until: Self.at(17.5)))
    }

    @Test("no answer for one and three quarters of a heartbeat is the end")
    mutating func dies() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        #expect(watch.turn(at: Self.at(17)) == .wait(until: Self.at(17.5)))
        #expect(watch.turn(at: Self.at(17.5)) == .dead)
    }

    @Test("with short heartbeats an answer may take two seconds")
    mutating func short() {
        watch.heartbeat = .seconds(1)
        #expect(watch.turn(at: Self.at(0.5)) == .ask)
        #expect(watch.turn(at: Self.at(2)) == .wait(until: Self.at(2.5)))
    }

    @Test("any answer begins the time anew")
    mutating func answered() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        watch.noteAnswer()
        #expect(watch.turn(at: Self.at(19)) == .wait(until: Self.at(24)))
        #expect(watch.turn(at: Self.at(24)) == .ask)
    }

    @Test("while other things come, the answer may be behind them")
    mutating func traffic() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        watch.noteRead(50, at: Self.at(15))
        #expect(watch.turn(at: Self.at(20)) == .wait(until: Self.at(27.5)))
        #expect(watch.turn(at: Self.at(27.5)) == .dead)
    }

    @Test("heartbeats are no such things, also in pieces")
    mutating func heartbeats() {
        #expect(watch.turn(at: Self.at(5)) == .ask)
        watch.noteHeartbeat(8)
        watch.noteRead(8, at: Self.at(10))
        watch.noteRead(5, at: Self.at(15))
        watch.noteHeartbeat(8)
        watch.noteRead(3, at: Self.at(16))
        #expect(watch.turn(at: Self.at(17.5)) == .dead)
    }

    @Test("behind a megabyte the question takes its time, until something is answered")
    mutating func megabyte() {
        watch.noteWritten(1 << 20)
        #expect(watch.turn(at: Self.at(5)) == .ask)
        #expect(watch.turn(at: Self.at(6)) == .wait(until: Self.at(33.5)))
        watch.noteAnswer()
        #expect(watch.turn(at: Self.at(10)) == .wait(until: Self.at(15)))
        #expect(watch.turn(at: Self.at(15)) == .ask)
        #expect(watch.turn(at: Self.at(16)) == .wait(until: Self.at(27.5)))
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
