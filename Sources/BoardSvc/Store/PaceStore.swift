import Histogram
import Ledger

/// How many orders were placed in each short while, and how long those took that were shipped in it.
///
/// Counted in the transaction that hears of it: a restart forgets nothing, and what comes twice counts once. Who catches up
/// after an outage fills the whiles in which things happened.
struct PaceStore {
    static let migrations = [
        Migration(
            "pace-1",
            [
                "CREATE TABLE placed (start INTEGER PRIMARY KEY, orders INTEGER NOT NULL)",
                // A histogram: times are rounded, so there are few of them.
                """
                CREATE TABLE shipped (
                    start INTEGER NOT NULL,
                    milliseconds INTEGER NOT NULL,
                    orders INTEGER NOT NULL,
                    PRIMARY KEY (start, milliseconds)
                )
                """,
            ])
    ]

    /// How long such a while is, in milliseconds.
    static let step = 5000
    /// Older ones are forgotten.
    private static let kept = 3_600_000
    /// An hour: what takes longer counts as that.
    private static let longest = 3_600_000

    /// A while, and what happened in it.
    struct Point: Equatable, Sendable, Encodable {
        /// When it began, in milliseconds since 1970.
        var start: Int
        var placed = 0
        var shipped = 0
        /// From an order's first event to its shipment, in milliseconds; nil when none was shipped.
        var p50: Int?
        var p99: Int?
    }

    let transaction: LedgerTransaction

    func placed(at time: Int) throws {
        let start = Self.start(of: time)
        let row = try transaction.first(
            """
            INSERT INTO placed (start, orders) VALUES (?, 1)
            ON CONFLICT (start) DO UPDATE SET orders = placed.orders + 1 RETURNING orders
            """, SQLValue(start))
        // The first of its while.
        if try row?.int("orders") == 1 { try forget(before: start - Self.kept) }
    }

    /// - Parameter duration: since the order's first event, in milliseconds; by two clocks, so it may be below zero.
    func shipped(at time: Int, after duration: Int) throws {
        try transaction.execute(
            """
            INSERT INTO shipped (start, milliseconds, orders) VALUES (?, ?, 1)
            ON CONFLICT (start, milliseconds) DO UPDATE SET orders = shipped.orders + 1
            """, SQLValue(Self.start(of: time)), SQLValue(Self.rounded(duration)))
    }

    private func forget(before start: Int) throws {
        try transaction.execute("DELETE FROM placed WHERE start < ?", SQLValue(start))
        try transaction.execute("DELETE FROM shipped WHERE start < ?", SQLValue(start))
    }

    /// One point for each while, also for those in which nothing happened.
    ///
    /// - Parameters:
    ///   - end: milliseconds since 1970; the last while is the one that ended before it.
    ///   - count: how many.
    func points(before end: Int, count: Int) throws -> [Point] {
        let end = Self.start(of: end)
        let starts = (0..<count).map { end - (count - $0) * Self.step }
        guard let first = starts.first else { return [] }
        var points = Dictionary(uniqueKeysWithValues: starts.map { ($0, Point(start: $0)) })
        let placed = try transaction.query(
            "SELECT start, orders FROM placed WHERE start >= ? AND start < ?", SQLValue(first), SQLValue(end))
        for row in placed { points[try row.int("start")]?.placed = try row.int("orders") }
        let shipped = try transaction.query(
            "SELECT start, milliseconds, orders FROM shipped WHERE start >= ? AND start < ?", SQLValue(first),
            SQLValue(end))
        for (start, rows) in Dictionary(grouping: try shipped.map(Time.init), by: \.start) {
            let histogram = Self.histogram(rows)
            points[start]?.shipped = Int(histogram.totalCount)
            points[start]?.p50 = Int(histogram.valueAtPercentile(50))
            points[start]?.p99 = Int(histogram.valueAtPercentile(99))
        }
        return starts.compactMap { points[$0] }
    }

    private struct Time {
        var start: Int
        var milliseconds: UInt64
        var orders: UInt64

        init(_ row: SQLRow) throws {
            start = try row.int("start")
            milliseconds = UInt64(max(0, try row.int("milliseconds")))
            orders = UInt64(max(0, try row.int("orders")))
        }
    }

    private static func histogram(_ times: [Time]) -> Histogram<UInt64> {
        var histogram = Histogram<UInt64>(
            highestTrackableValue: UInt64(longest), numberOfSignificantValueDigits: .two)
        for time in times { _ = histogram.record(time.milliseconds, count: time.orders) }
        return histogram
    }

    private static func start(of time: Int) -> Int { time - (time % step + step) % step }

    /// To two significant digits, as the histogram does.
    static func rounded(_ duration: Int) -> Int {
        let duration = min(max(0, duration), longest)
        var unit = 1
        while duration / unit >= 100 { unit *= 10 }
        return duration / unit * unit
    }
}
