import ArgumentParser
import Testing

@testable import Shop

@Suite("What is wrong is told from what is late")
struct AuditPatienceTests {
    private let start = ContinuousClock.now
    private let late = BooksProblem(.missing, order: "a", "its e-mail is missing", isMendable: true)
    private let wrong = BooksProblem(.contradiction, order: "b", "shipped, but not taken")

    /// What is done after these readings, each at its time.
    private func steps(_ wait: Duration, _ readings: (at: Duration, [BooksProblem])...) -> [AuditPatience.Step] {
        var patience = AuditPatience(wait, now: start)
        return readings.map { patience.next($0.1, now: start + $0.at) }
    }

    @Test func nothingWrongNeedsNoSecondLook() {
        #expect(steps(.seconds(10), (.zero, [])) == [.done(standing: [])])
    }

    @Test func whatIsGoneAtTheSecondLookIsNoProblem() {
        #expect(
            steps(.seconds(10), (.zero, [late, wrong]), (.zero, []))
                == [.again(after: .milliseconds(100)), .done(standing: [])])
    }

    @Test func whatNoMessageCanMendIsCertainAtTheSecondLook() {
        #expect(steps(.seconds(10), (.zero, [wrong]), (.zero, [wrong])).last == .done(standing: [wrong]))
    }

    @Test func whatMayBeOnItsWayGetsAllTheTimeAndGrowingPauses() {
        let soon = Duration.seconds(9)
        let both = [late, wrong]
        let steps = steps(
            .seconds(10), (soon, both), (soon, both), (soon, both), (soon, both), (soon, both), (soon, both),
            (soon, both), (.seconds(10), both))
        #expect(
            steps == [100, 200, 400, 800, 1600, 2000, 2000].map { .again(after: .milliseconds($0)) }
                + [.done(standing: both)])
    }

    @Test func whatIsNewAtTheEndIsNotCertain() {
        let moved = BooksProblem(.missing, order: "c", "late, too", isMendable: true)
        #expect(
            steps(.zero, (.zero, [wrong]), (.zero, [wrong, moved]))
                == [.again(after: .milliseconds(100)), .done(standing: [wrong])], "two looks at least")
    }

    @Test func theReport() throws {
        let sample = BooksSample.shipped.with { $0.mails = ["order.created"] }
        let report = AuditReport(sample.verdict, standing: sample.verdict.problems)
        #expect(
            try JSONLine.text(report) == """
                {"balanced":false,"cancelled":0,"doubled":0,"emails":1,"in_flight":0,"lost":0,"orders":1,"parked":0,\
                "problems":[{"order_id":"\(BooksSample.id)","problem":"its e-mail for shipping.started is missing"}],\
                "rejected":0,"shipped":1}
                """)
        #expect(report.failure?.exitCode.rawValue == 1)
        #expect(report.lines(Style(isOn: false)).last?.contains(BooksSample.id) == true)
        let balanced = AuditReport(BooksSample.shipped.verdict, standing: [])
        #expect(balanced.failure == nil)
        #expect(
            balanced.lines(Style(isOn: false)) == [
                "ORDERS  SHIPPED  REJECTED  CANCELLED  IN FLIGHT  PARKED  LOST  DOUBLED  E-MAILS",
                "     1        1         0          0          0       0     0        0        2", "",
                "The books balance.",
            ])
    }
}
