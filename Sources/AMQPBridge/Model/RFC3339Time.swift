import Glibc

/// A point in time as RFC 3339 writes it, in UTC with milliseconds: `2026-01-31T08:30:00.250Z`.
public struct RFC3339Time: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// The years 0 to 9999: what four digits can write.
    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// - Parameter milliseconds: what lies outside of the years 0 to 9999 becomes their nearest end.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.writable.lowerBound), Self.writable.upperBound)
    }

    /// The system's clock, cut to milliseconds. It may be set back: nothing may rely on its order.
    public static var now: RFC3339Time {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return RFC3339Time(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }

    public static func < (left: RFC3339Time, right: RFC3339Time) -> Bool { left.milliseconds < right.milliseconds }

    public var description: String { String(unsafeUninitializedCapacity: Self.length) { write(to: $0) } }

    /// Of the description, in bytes.
    static let length = 24

    /// Writes the description: every event has one, and put together of texts it took an eighth of encoding.
    ///
    /// - Parameter text: at least ``length`` bytes.
    /// - Returns: how many it has written.
    func write(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (days, rest) = milliseconds.flooredDivision(by: Self.millisecondsPerDay)
        let date = Self.date(ofDay: days)
        let seconds = rest / 1000
        var length = 0
        func write(_ number: Int64, _ digits: Int, then mark: Unicode.Scalar) {
            var rest = number
            for offset in stride(from: digits - 1, through: 0, by: -1) {
                text[length + offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            text[length + digits] = UInt8(ascii: mark)
            length += digits + 1
        }
        write(date.year, 4, then: "-")
        write(date.month, 2, then: "-")
        write(date.day, 2, then: "T")
        write(seconds / 3600, 2, then: ":")
        write(seconds / 60 % 60, 2, then: ":")
        write(seconds % 60, 2, then: ".")
        write(rest % 1000, 3, then: "Z")
        return length
    }
}

// MARK: - Reading

// Written out here: Foundation's parser takes the 30th of February, 25 o'clock and anything behind the end.
extension RFC3339Time {
    /// Reads a date-time with any offset (RFC 3339, 5.6); digits beyond milliseconds are dropped, and a leap second is
    /// the next second's beginning. Nil when it is none.
    public init?(_ text: String) {
        var text = text
        guard let time = text.withUTF8({ RFC3339Time($0) }) else { return nil }
        self = time
    }

    /// Of its bytes.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard let milliseconds = Self.milliseconds(TimeReader(bytes: text)) else { return nil }
        self.milliseconds = milliseconds
    }

    private static func milliseconds(_ text: TimeReader) -> Int64? {
        var rest = text
        guard let year = rest.number(4), rest.skip("-"), let month = rest.number(2), rest.skip("-"),
            let day = rest.number(2), rest.skip("T", "t"), let hour = rest.number(2), rest.skip(":"),
            let minute = rest.number(2), rest.skip(":"), let second = rest.number(2), let fraction = rest.fraction(),
            let offset = rest.offset(), rest.isEmpty
        else { return nil }
        guard (1...12).contains(month), (1...daysOfMonth(month, year)).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let time = Self.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        guard second < 60 || time.flooredDivision(by: 86_400).remainder == 0 else { return nil }
        let milliseconds = time * 1000 + fraction
        return writable.contains(milliseconds) ? milliseconds : nil
    }
}

/// Takes a time's parts off the front of a text.
private struct TimeReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isEmpty: Bool { position == bytes.count }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func digit() -> Int64? {
        guard let byte = next, (48...57).contains(byte) else { return nil }
        position += 1
        return Int64(byte - 48)
    }

    mutating func skip(_ wanted: Unicode.Scalar, _ other: Unicode.Scalar? = nil) -> Bool {
        guard let byte = next, byte == UInt8(ascii: wanted) || other.map({ byte == UInt8(ascii: $0) }) ?? false
        else { return false }
        position += 1
        return true
    }

    mutating func number(_ count: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// Milliseconds; zero when there is no fraction.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        guard let first = digit() else { return nil }
        var (milliseconds, scale) = (first * 100, Int64(10))
        while let digit = digit() {
            milliseconds += digit * scale
            scale /= 10
        }
        return milliseconds
    }

    /// Minutes east of UTC.
    mutating func offset() -> Int64? {
        if skip("Z", "z") { return 0 }
        let isWest = next == UInt8(ascii: "-")
        guard skip("+", "-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}

// MARK: - The Gregorian calendar

// Days are counted in eras of 400 years that begin on the first of March, so that a leap day comes last.
extension RFC3339Time {
    private static let millisecondsPerDay: Int64 = 86_400_000
    private static let daysPerEra: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let epoch: Int64 = 719_468

    private static func daysOfMonth(_ month: Int64, _ year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days since 1970-01-01.
    private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * daysPerEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - epoch
    }

    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (day + epoch).flooredDivision(by: daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
