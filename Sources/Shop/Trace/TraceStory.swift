import AMQPBridge

/// An order's way as a whole, in the sequence of time.
struct TraceStory {
    let rows: [TraceRow]

    /// By time; what cannot be read as a time comes last. What happened at the same moment is told cause first.
    init(_ rows: [TraceRow]) {
        let depths = Self.depths(rows)
        let order = rows.enumerated().sorted { one, other in
            let keys = [one, other].map { number, row in
                (RFC3339Time(row.time)?.milliseconds ?? .max, Self.depth(of: row, depths), number)
            }
            return keys[0] < keys[1]
        }
        self.rows = order.map(\.element)
    }

    func lines(_ style: Style) -> [String] {
        guard let start = rows.first?.time else { return [] }
        var table = Table(
            .init("AFTER", .right), .init("SERVICE"), .init("EVENT"), .init("FROM"), .init("DELAY", .right),
            .init("TRY", .right), .init("OUTCOME", hasTone: true))
        let depths = Self.depths(rows)
        for row in rows {
            let indent = String(repeating: "  ", count: Self.depth(of: row, depths))
            table.add(
                TraceRow.delay(from: start, to: row.time).map { "\($0) ms" } ?? row.time, row.service,
                indent + row.event, row.source?.split(separator: "/").last.map(String.init) ?? "-",
                row.delayMilliseconds.map { "\($0) ms" } ?? "", row.attempt.map { "\($0)" } ?? "",
                row.outcome + (row.nextAt.map { ", next at \($0)" } ?? ""))
        }
        return table.lines(style)
    }

    /// The longest chain of causes that is shown; who writes longer ones writes circles.
    private static let deepest = 20

    /// How many causes each event has before it, of those that are told of.
    private static func depths(_ rows: [TraceRow]) -> [String: Int] {
        var causes: [String: String] = [:]
        for row in rows { if let id = row.eventID, let cause = row.causationID { causes[id] = cause } }
        let known = Set(rows.compactMap(\.eventID))
        var depths: [String: Int] = [:]
        for id in known {
            var depth = 0
            var event = id
            while depth < deepest, let cause = causes[event], known.contains(cause) {
                depth += 1
                event = cause
            }
            depths[id] = depth
        }
        return depths
    }

    private static func depth(of row: TraceRow, _ depths: [String: Int]) -> Int {
        row.eventID.flatMap { depths[$0] } ?? 0
    }
}
