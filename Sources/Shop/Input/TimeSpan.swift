import ArgumentParser

/// A span of time, as typed: `90s`, `10m`, `2h`, `3d`.
struct TimeSpan: Equatable, ExpressibleByArgument {
    var milliseconds: Int64

    private static let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Nil unless it is a whole number and a unit, at most some thousand years.
    init?(_ text: String) {
        guard let unit = text.last, let factor = Self.units[unit], let first = text.utf8.first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first), let number = Int64(text.dropLast()),
            number <= 100_000_000_000_000 / factor
        else { return nil }
        milliseconds = number * factor
    }

    /// As it would be typed.
    var defaultValueDescription: String { "\(milliseconds / 1000)s" }

    init?(argument: String) { self.init(argument) }
}
