/// A span of time as settings write it: a whole number and ms, s, m or h, for example `250ms`.
package enum TimeText {
    private static let units: [String: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    private static let dayInMilliseconds: Int64 = 86_400_000

    /// Nil unless it is one, above zero and at most a day.
    package static func milliseconds(_ text: String) -> Int64? {
        let unit = String(text.drop { $0.isNumber })
        guard let factor = units[unit], let number = Int64(text.dropLast(unit.count)), number > 0,
            number <= dayInMilliseconds / factor
        else { return nil }
        return number * factor
    }
}
