/// Texts from events on their way into a mail's body.
///
/// A control character does no harm there, but a line break inside a product's name could pose as a line of ours. It is
/// shown as U+FFFD, so that the customer still gets the mail and support can see that something was wrong.
enum BodyText {
    /// One line, whatever the text holds.
    static func line(_ text: String) -> String {
        // As nearly all of them are.
        if HeaderField.isPrintableASCII(text) { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            line.unicodeScalars.append(HeaderField.isControl(scalar) ? "\u{FFFD}" : scalar)
        }
        return line
    }
}

/// Columns of text; the first is aligned to the left, all others to the right.
struct TextTable {
    /// A cell longer than this shifts its own row instead of widening everybody's.
    private static let widest = 40

    private var rows: [[String]] = []

    mutating func add(_ cells: String...) { rows.append(cells) }

    /// Indented by two spaces, with a rule below the first row and one above the last.
    var description: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            min(Self.widest, rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0)
        }
        var lines = rows.map { row in Self.line(row, widths) }
        let rule = "  " + String(repeating: "-", count: widths.reduce(0, +) + 3 * max(0, columns - 1))
        if lines.count > 1 {
            lines.insert(rule, at: lines.count - 1)
            lines.insert(rule, at: 1)
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = zip(row, widths).enumerated().map { column, cell in
            let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return column == 0 ? cell.0 + padding : padding + cell.0
        }
        return "  " + cells.joined(separator: "   ")
    }
}
