/// Rows under a heading, columns aligned.
struct Table {
    enum Alignment { case left, right }

    struct Column {
        var title: String
        var alignment: Alignment
        /// Its cells are painted by what they say.
        var hasTone: Bool

        init(_ title: String, _ alignment: Alignment = .left, hasTone: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.hasTone = hasTone
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: Column...) { self.columns = columns }

    /// As many cells as there are columns; missing ones are empty.
    mutating func add(_ cells: String...) {
        rows.append(columns.indices.map { $0 < cells.count ? Visible.text(cells[$0]) : "" })
    }

    /// The heading and the rows.
    func lines(_ style: Style = Style(isOn: false)) -> [String] {
        let titles = columns.map(\.title)
        let widths = columns.indices.map { column in
            ([titles] + rows).reduce(0) { max($0, CellWidth.of($1[column])) }
        }
        return [style.bold(line(titles, widths) { _, title in title })]
            + rows.map { line($0, widths) { columns[$0].hasTone ? style.paint($1, as: Tone(of: $1)) : $1 } }
    }

    /// - Parameter paint: how a cell is shown; what it adds must take no room.
    private func line(_ cells: [String], _ widths: [Int], paint: (_ column: Int, String) -> String) -> String {
        // No blanks at the end of a line.
        guard let last = cells.lastIndex(where: { !$0.isEmpty }) else { return "" }
        return cells[...last].enumerated().map { column, cell in
            let padding = String(repeating: " ", count: widths[column] - CellWidth.of(cell))
            return switch columns[column].alignment {
            case .left: paint(column, cell) + (column == last ? "" : padding)
            case .right: padding + paint(column, cell)
            }
        }.joined(separator: "  ")
    }
}
