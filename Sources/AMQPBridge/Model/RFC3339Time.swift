import FoundationEssentials

/// A point in time as RFC 3339 writes it, in UTC with milliseconds: `2026-01-31T08:30:00.250Z`.
public struct RFC3339Time: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads a date-time with any offset; digits beyond milliseconds are dropped. Nil when it is none.
    public init?(_ text: String) {
        guard let date = try? Self.style.parse(text) else { return nil }
        self.init(date)
    }

    public static var now: RFC3339Time { RFC3339Time(Date()) }

    private init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded(.down)) }

    public static func < (left: RFC3339Time, right: RFC3339Time) -> Bool { left.milliseconds < right.milliseconds }

    public var description: String {
        // The style cuts digits off; a quarter of a millisecond keeps binary fractions from falling one short.
        Date(timeIntervalSince1970: (Double(milliseconds) + 0.25) / 1000).formatted(Self.style)
    }
}
