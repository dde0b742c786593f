/// A point in time as mail writes it (RFC 5322, 3.3), always in UTC and always in English: no locale has a say.
struct MailDate: Hashable, Sendable, CustomStringConvertible {
    let secondsSince1970: Int64

    /// - Throws: `dateOutOfRange` outside of the years 1900 to 9999.
    init(secondsSince1970: Int64) throws(MailError) {
        guard (-2_208_988_800..<253_402_300_800).contains(secondsSince1970) else {
            throw .dateOutOfRange(secondsSince1970: secondsSince1970)
        }
        self.secondsSince1970 = secondsSince1970
    }

    /// For example `Sat, 31 Jan 2026 08:30:00 +0000`.
    var description: String {
        let total = Int(secondsSince1970)
        let seconds = (total % 86_400 + 86_400) % 86_400
        let days = (total - seconds) / 86_400
        let (year, month, day) = Self.civil(daysSince1970: days)
        // 1970-01-01 was a Thursday.
        let weekday = Self.weekdays[((days + 3) % 7 + 7) % 7]
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(Self.twoDigits).joined(separator: ":")
        return "\(weekday), \(Self.twoDigits(day)) \(Self.months[month - 1]) \(year) \(clock) +0000"
    }

    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The Gregorian date, by counting years from 1 March so that the leap day comes last (Fliegel and Van Flandern's
    /// idea, in Howard Hinnant's form `civil_from_days`).
    private static func civil(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSince1970 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
