import Testing

@testable import AMQPBridge

@Suite("AMQP_RETRY_LADDER is read as people write it", .timeLimit(.minutes(1)))
struct RetryLadderTests {
    @Test("the standard ladder is its own text")
    func standard() throws {
        #expect(try RetryLadder("1s,10s,60s,60s") == .standard)
        #expect(RetryLadder.standard.rungs.map(\.name) == ["1s", "10s", "60s"])
        #expect(RetryLadder.standard.steps.map(\.milliseconds) == [1000, 10_000, 60_000, 60_000])
    }

    static let times: [(String, Int64)] = [
        ("1ms", 1), ("250ms", 250), ("1s", 1000), ("90s", 90_000), ("5m", 300_000), ("24h", 86_400_000),
        ("86400s", 86_400_000), ("86400000ms", 86_400_000), ("1440m", 86_400_000),
    ]

    @Test("units", arguments: times)
    func units(text: String, milliseconds: Int64) throws {
        #expect(try RetryLadder(text).steps == [RetryLadder.Rung(name: text, milliseconds: milliseconds)])
    }

    @Test("blanks around do not matter")
    func blanks() throws {
        #expect(try RetryLadder(" 1s ,\t10s,60s , 60s\n") == .standard)
    }

    @Test(
        "what is no time is shown, with how it should look",
        arguments: [
            "", " ", "1", "s", "0s", "-1s", "+1s", "1.5s", "1 s", "1S", "1d", "1s,", ",1s", "1s,,2s", "1s;2s", "25h",
            "86401s",
            "86400001ms", "99999999999999999999s", "9223372036854775807h", "٣s", "½s", "1s 2s", "ms", "1sms", "x",
        ])
    func bad(text: String) {
        #expect {
            try RetryLadder(text)
        } throws: { error in
            guard let error = error as? AMQPError else { return false }
            return error.code == .invalidConfiguration && error.message.hasPrefix("AMQP_RETRY_LADDER: '")
                && error.message.contains("1s,10s,60s,60s")
        }
    }
}
