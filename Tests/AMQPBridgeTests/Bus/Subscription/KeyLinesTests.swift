import Testing

@testable import AMQPBridge

@Suite("A key with a failed event makes the others of its key wait, and is freed again", .timeLimit(.minutes(1)))
struct KeyLinesTests {
    private var lines = KeyLines(ladder: .standard)

    @Test("without a failure nothing waits and nothing is remembered")
    mutating func free() {
        #expect(lines.turn(of: "e1", key: "k", at: .zero) == .now)
        lines.ends("e1", key: "k")
        #expect(lines.isEmpty && lines.count == 0)
    }

    @Test("who waits goes to the rung of the head; behind a head that has not failed, to the shortest")
    mutating func rung() {
        lines.climbs("e1", key: "k", step: 2, at: .zero)
        #expect(lines.turn(of: "e2", key: "k", at: .zero) == .waiting(step: 2))
        #expect(lines.turn(of: "e3", key: "k", at: .zero) == .waiting(step: 2))
        #expect(lines.turn(of: "x", key: "other", at: .zero) == .now)
        lines.ends("e1", key: "k")
        #expect(lines.turn(of: "e3", key: "k", at: .seconds(60)) == .waiting(step: 0))
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(60)) == .now)
        #expect(lines.count == 2)
    }

    @Test("a head behind a long backlog is not lost: those before it in the queue do not overtake it")
    mutating func backlog() {
        lines.climbs("e1", key: "k", step: 0, at: .zero)
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(3600)) == .waiting(step: 0))
        #expect(lines.turn(of: "e1", key: "k", at: .seconds(7200)) == .now)
    }

    @Test("a head is lost when one comes back that entered the queue more than a minute after it")
    mutating func lostHead() {
        lines.climbs("e1", key: "k", step: 1, at: .zero)
        // In the queue at 10 s, or never. The other one at 71 s.
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(61)) == .waiting(step: 1))
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(70)) == .waiting(step: 1), "another copy of it")
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(80)) == .now)
        lines.ends("e2", key: "k")
        #expect(lines.isEmpty && lines.count == 0)
    }

    @Test("a lost head's rung is not its successor's")
    mutating func stepOfLostHead() {
        lines.climbs("e1", key: "k", step: 3, at: .zero)
        for id in ["e2", "e3"] { #expect(lines.turn(of: id, key: "k", at: .seconds(61)) == .waiting(step: 3)) }
        #expect(lines.turn(of: "e3", key: "k", at: .seconds(121)) == .waiting(step: 0), "e2 is the head now")
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(122)) == .now)
    }

    @Test("handled, but what followed failed: it is before those that wait already")
    mutating func failedAfterwards() {
        lines.climbs("e1", key: "k", step: 0, at: .zero)
        #expect(lines.turn(of: "e2", key: "k", at: .zero) == .waiting(step: 0))
        lines.ends("e1", key: "k")
        lines.climbs("e1", key: "k", step: 1, at: .seconds(1))
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(1)) == .waiting(step: 1))
        #expect(lines.turn(of: "e1", key: "k", at: .seconds(11)) == .now)
    }

    @Test("what goes to the end of the queue is not overtaken there")
    mutating func goesBack() {
        lines.goesBack("e1", key: "k", at: .zero)
        lines.goesBack("e2", key: "k", at: .zero)
        #expect(lines.turn(of: "e3", key: "k", at: .seconds(3600)) == .waiting(step: 0))
        #expect(lines.turn(of: "e1", key: "k", at: .seconds(3600)) == .now)
        lines.ends("e1", key: "k")
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(3600)) == .now)
        lines.ends("e2", key: "k")
        #expect(lines.turn(of: "e3", key: "k", at: .seconds(3601)) == .now)
        lines.ends("e3", key: "k")
        #expect(lines.isEmpty && lines.count == 0)
    }

    @Test("what was given back and is handed out first proves nothing about those that went to the end")
    mutating func givenBackFirst() {
        lines.climbs("e1", key: "k", step: 0, at: .zero)
        #expect(lines.turn(of: "e2", key: "k", at: .zero) == .waiting(step: 0))
        lines.goesBack("e2", key: "k", at: .seconds(600))
        #expect(lines.turn(of: "e2", key: "k", at: .seconds(601)) == .waiting(step: 0))
        #expect(lines.turn(of: "e1", key: "k", at: .seconds(602)) == .now)
    }

    @Test("a ladder without steps: nothing can wait, so nothing does")
    func noLadder() {
        var lines = KeyLines(ladder: RetryLadder(steps: []))
        lines.goesBack("e1", key: "k", at: .zero)
        lines.climbs("e1", key: "k", step: 0, at: .zero)
        #expect(lines.turn(of: "e2", key: "k", at: .zero) == .now)
        #expect(lines.isEmpty && lines.count == 0)
    }

    @Test("beyond the limit nothing more is remembered; when there is room again, it is")
    mutating func limit() {
        lines.climbs("head", key: "k", step: 0, at: .zero)
        for number in 1..<KeyLines.limit {
            #expect(lines.turn(of: "e\(number)", key: "k", at: .zero) == .waiting(step: 0))
        }
        #expect(lines.count == KeyLines.limit)
        #expect(lines.turn(of: "late", key: "k", at: .zero) == .now)
        lines.climbs("late", key: "k", step: 0, at: .zero)
        lines.climbs("x", key: "other", step: 0, at: .zero)
        #expect(lines.count == KeyLines.limit)
        #expect(lines.turn(of: "y", key: "other", at: .zero) == .now)
        #expect(lines.turn(of: "e5", key: "k", at: .zero) == .waiting(step: 0), "who is in it stays in it")
        lines.ends("head", key: "k")
        #expect(lines.turn(of: "late", key: "k", at: .zero) == .waiting(step: 0))
        for number in 1..<KeyLines.limit {
            #expect(lines.turn(of: "e\(number)", key: "k", at: .zero) == .now)
            lines.ends("e\(number)", key: "k")
        }
        #expect(lines.turn(of: "late", key: "k", at: .zero) == .now)
        lines.ends("late", key: "k")
        #expect(lines.isEmpty && lines.count == 0)
    }
}
