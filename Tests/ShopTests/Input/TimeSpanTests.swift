import Testing

@testable import Shop

@Suite("Ages: 90s, 10m, 2h, 3d")
struct TimeSpanTests {
    @Test(arguments: [
        ("0s", 0), ("90s", 90_000), ("10m", 600_000), ("2h", 7_200_000), ("3d", 259_200_000),
        ("1157407d", 99_999_964_800_000),
    ])
    func reads(_ text: String, _ milliseconds: Int64) {
        #expect(TimeSpan(text) == TimeSpan(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "s", "10", "10 m", "10x", "10M", "-1m", "+1m", "1.5h", "1h30m", "m10", "10m ", "1157408d",
        "9223372036854775807s", "99999999999999999999s", "١m",
    ])
    func refuses(_ text: String) {
        #expect(TimeSpan(text) == nil)
    }
}
