import AMQPBridge

/// One line of the table: a fault that struck in the middle of the traffic, and what became of it.
struct WireRow: Sendable {
    var fault: String
    var direction: String
    /// Bytes that passed before it.
    var position: Int
    var published = 0
    var confirmed = 0
    var handled = 0
    var duplicates = 0
    var lost = 0
    var longestCall = Duration.zero
    /// From the strike until the bus said that something is missing; nil: it never did.
    var noticed: Duration?
    /// From the clean path to the next confirm and the next handled event, whichever came later; nil: never.
    var resumed: Duration?
    /// What a promise does not allow.
    var complaints: [String] = []

    static let heading = [
        "fault", "direction", "after bytes", "published", "confirmed", "handled", "duplicates", "lost",
        "longest call ms",
        "noticed ms",
        "resumed ms",
    ]

    private var cells: [String] {
        [
            fault, direction, "\(position)", "\(published)", "\(confirmed)", "\(handled)", "\(duplicates)", "\(lost)",
            Self.milliseconds(longestCall), Self.milliseconds(noticed), Self.milliseconds(resumed),
        ]
    }

    static func table(_ rows: [WireRow]) -> String {
        let lines = [heading] + rows.map(\.cells)
        let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            zip(cells, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column < 2 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        duration.map { "\(Int($0 / .milliseconds(1)))" } ?? "-"
    }
}
