import AMQPBridgeTesting
import Foundation
import Testing

@testable import AMQPBridge

@Suite("Times are read and written as RFC 3339 says", .timeLimit(.minutes(1)))
struct RFC3339TimeTests {
    @Test(
        "every millisecond survives",
        arguments: [
            -62_167_219_200_000, -2_208_988_800_000, -1000, 0, 1_769_848_200_000, 253_402_300_799_000,
        ] as [Int64])
    func milliseconds(second: Int64) {
        let times = (0..<Int64(1000)).map { RFC3339Time(milliseconds: second + $0) }
        let texts = times.map(\.description)
        #expect(texts.map { $0.suffix(4) } == (0..<1000).map { "\(String(1000 + $0).dropFirst())Z" })
        #expect(texts.map { RFC3339Time($0) } == times)
    }

    @Test("dates are those of an independent calendar", arguments: Seeds.all)
    func calendar(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for _ in 0..<2000 {
            // From 1600, as that calendar is the Julian one before.
            let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &generator)
            let date = Date(timeIntervalSince1970: Double(seconds))
            let part = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let numbers = [part.year, part.month, part.day, part.hour, part.minute, part.second].compactMap(\.self)
            let text = RFC3339Time(milliseconds: seconds * 1000).description
            #expect(text.dropLast(5).split { "-T:".contains($0) }.compactMap { Int($0) } == numbers, "seed \(seed)")
        }
    }

    @Test("every day of 800 years is another day, and comes back")
    func days() {
        let times = (Int64(-146_097)...146_097).map { RFC3339Time(milliseconds: $0 * 86_400_000) }
        let texts = times.map(\.description)
        #expect(texts == texts.sorted() && Set(texts).count == texts.count)
        #expect(texts.allSatisfy { $0.hasSuffix("T00:00:00.000Z") })
        #expect(texts.map { RFC3339Time($0) } == times)
    }

    static let instants: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600_000), ("2024-02-29T23:59:59.5Z", 1_709_251_199_500),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T23:30:00-00:30", 0), ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T23:59:00+23:59", 0), ("1970-01-01T00:00:00.0009Z", 0), ("1970-01-01T00:00:00.1Z", 100),
        ("1970-01-01T00:00:00.12Z", 120), ("1970-01-01T00:00:00.123456789123456789123456789Z", 123),
        ("1970-01-01t00:00:00z", 0), ("1990-12-31T23:59:60Z", 662_688_000_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000_000),
    ]

    @Test("known instants", arguments: instants)
    func known(text: String, milliseconds: Int64) {
        #expect(RFC3339Time(text)?.milliseconds == milliseconds)
    }

    @Test(
        "what is none is none",
        arguments: [
            "", "Z", "now", "2026", "2026-01-31", "2026-01-31T08:30:00", "2026-01-31T08:30Z", "2026-01-31 08:30:00Z",
            " 2026-01-31T08:30:00Z", "2026-01-31T08:30:00Z ", "2026-01-31T08:30:00Zz", "20260131T083000Z",
            "2026-1-31T08:30:00Z", "2026-01-31T8:30:00Z", "26-01-31T08:30:00Z", "12026-01-31T08:30:00Z",
            "-2026-01-31T08:30:00Z", "+2026-01-31T08:30:00Z", "2026-00-31T08:30:00Z", "2026-13-31T08:30:00Z",
            "2026-01-00T08:30:00Z", "2026-01-32T08:30:00Z", "2026-02-29T08:30:00Z", "1900-02-29T08:30:00Z",
            "2026-04-31T08:30:00Z", "2026-01-31T24:00:00Z", "2026-01-31T08:60:00Z", "2026-01-31T08:30:60Z",
            "2026-01-31T23:59:61Z", "2026-01-31T08:30:00.Z", "2026-01-31T08:30:00,5Z", "2026-01-31T08:30:00+0200",
            "2026-01-31T08:30:00+02", "2026-01-31T08:30:00+24:00", "2026-01-31T08:30:00+02:60",
            "2026-01-31T08:30:00 +02:00",
            "2026-01-31T08:30:00+2:00", "2026-01-31T08:30:00\u{2212}02:00", "٢٠٢٦-01-31T08:30:00Z",
            "2026-01-31T08:30:00Z\0", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        ])
    func bad(text: String) {
        #expect(RFC3339Time(text) == nil)
    }

    @Test("cut off anywhere it is none")
    func truncated() {
        let text = "2026-01-31T08:30:00.250+02:00"
        for length in 0..<text.count { #expect(RFC3339Time(String(text.prefix(length))) == nil) }
    }

    @Test("beyond four-digit years is their end")
    func clamped() {
        #expect(RFC3339Time(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(RFC3339Time(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    }

    @Test("now is between before and after, and order is that of time")
    func order() {
        let before = Int64(Date().timeIntervalSince1970 * 1000) - 1
        let now = RFC3339Time.now
        #expect((before...Int64(Date().timeIntervalSince1970 * 1000) + 1).contains(now.milliseconds))
        #expect(RFC3339Time(milliseconds: -1) < RFC3339Time(milliseconds: 0))
    }
}
