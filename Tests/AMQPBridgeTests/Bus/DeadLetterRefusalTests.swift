import Testing

@testable import AMQPBridge

@Suite("What could have a second effect, or no body, is not replayed", .timeLimit(.minutes(1)))
struct DeadLetterRefusalTests {
    private static let month = Duration.seconds(30 * 86_400)

    private func letter(_ change: (inout DeadLetter) -> Void) -> DeadLetter {
        var letter = Letters.read(Letters.letter(Letters.delivery()))
        change(&letter)
        return letter
    }

    private func refusal(_ letter: DeadLetter, daysLater: Int64) -> AMQPError? {
        letter.refusal(
            maxAge: Self.month, now: RFC3339Time(milliseconds: Letters.start.milliseconds + daysLater * 86_400_000))
    }

    @Test("the first failure counts", arguments: [(0, false), (30, false), (31, true), (-1, false)] as [(Int64, Bool)])
    func firstFailure(days: Int64, isOld: Bool) {
        // Neither the last failure nor the time of sending.
        let letter = letter {
            $0.lastFailed = "2000-01-01T00:00:00Z"
            $0.properties.timestamp = 1
        }
        let error = refusal(letter, daysLater: days)
        #expect((error?.code == .tooOld) == isOld && (error == nil) == !isOld)
        if let error { #expect(error.message.contains("e-1") && error.message.contains("30 days")) }
    }

    @Test("without it the time of sending", arguments: [nil, "yesterday"])
    func sent(firstFailed: String?) {
        let letter = letter {
            $0.firstFailed = firstFailed
            $0.properties.timestamp = UInt64(Letters.start.milliseconds / 1000)
        }
        #expect(refusal(letter, daysLater: 30) == nil)
        #expect(refusal(letter, daysLater: 31)?.code == .tooOld)
    }

    @Test("any time stamp is a time", arguments: [0, UInt64.max])
    func anyTime(seconds: UInt64) {
        let letter = letter {
            $0.firstFailed = nil
            $0.properties.timestamp = seconds
        }
        #expect((refusal(letter, daysLater: 0)?.code == .tooOld) == (seconds == 0))
    }

    @Test("without any time it is not known to be old")
    func timeless() {
        #expect(refusal(letter { $0.firstFailed = nil }, daysLater: 1000) == nil)
    }

    @Test("a body that was too large to be read")
    func dropped() {
        let error = refusal(letter { $0.bodySize = 2_000_000 }, daysLater: 0)
        #expect(error?.code == .tooLarge && error?.message.contains("2000000 bytes") == true)
        let empty = letter {
            $0.body = []
            $0.bodySize = 0
        }
        #expect(refusal(empty, daysLater: 0) == nil, "no body is one, too")
    }
}
