import Testing

@testable import AMQPBridge

@Suite("Moments in 64 bits")
struct MonotonicInstantTests {
    @Test("it is the continuous clock, and goes forward")
    func clock() {
        let (start, begin) = (MonotonicInstant.now, ContinuousClock.now)
        while ContinuousClock.now - begin < .milliseconds(5) {}
        let (span, wanted) = (MonotonicInstant.now - start, ContinuousClock.now - begin)
        #expect(span >= .milliseconds(5))
        #expect(span < Nanoseconds(wanted) + .seconds(1))
        #expect(MonotonicInstant.distantPast < start)
    }

    @Test("a duration is as long as before, to the nanosecond, unless it is longer than a century")
    func durations() {
        for duration in [Duration.zero, .nanoseconds(1), .microseconds(2), .milliseconds(-3), .seconds(86_400)] {
            #expect(Duration.nanoseconds(Nanoseconds(duration).count) == duration)
        }
        #expect(Nanoseconds(.seconds(1)) == .seconds(1))
        #expect(Nanoseconds(.milliseconds(1500)) == .milliseconds(1500))
        #expect(Nanoseconds(.seconds(3) / 2) == .microseconds(1_500_000))
        for extreme in [Duration.seconds(Int.max), .seconds(Int.min)] {
            let span = Nanoseconds(extreme)
            #expect((MonotonicInstant.now + span) + span != .now)
            #expect(abs(span.count) > Nanoseconds.seconds(86_400 * 365 * 99).count)
        }
    }
}
