import Testing

@testable import AMQPBridge

@Suite("Under load the I/O thread rests for as long as the broker takes for part of what waits")
struct ConfirmPaceTests {
    private let start = MonotonicInstant.now

    @Test("a few are served at once")
    func few() {
        var pace = ConfirmPace()
        #expect(pace.rest(unconfirmed: 63, confirmed: 0, at: start) == .zero)
        #expect(pace.rest(unconfirmed: 64, confirmed: 0, at: start) > .zero)
    }

    /// A broker that confirms one after the other, each in `each`, and publishers that keep `window` on their way.
    private func rests(each: Nanoseconds, window: Int, count: Int) -> [Nanoseconds] {
        var pace = ConfirmPace()
        var (now, confirmed) = (start, 0)
        return (0..<count).map { _ in
            let rest = pace.rest(unconfirmed: window, confirmed: confirmed, at: now)
            now = now + rest
            confirmed += min(window, Int(rest.count / each.count))
            return rest
        }
    }

    @Test("it finds the broker's pace, and leaves it half of the work", arguments: [5, 16, 40, 200])
    func converges(microseconds: Int) {
        let each = Nanoseconds.microseconds(microseconds)
        let rests = rests(each: each, window: 256, count: 200)
        for rest in rests.suffix(20) {
            #expect(rest <= min(each * 128, .milliseconds(8)))
            #expect(rest >= min(each * 60, .milliseconds(7)))
        }
    }

    @Test("never longer than 8 ms, whatever the pace was")
    func limit() {
        #expect(rests(each: .milliseconds(50), window: 256, count: 100).allSatisfy { $0 <= .milliseconds(8) })
    }
}
