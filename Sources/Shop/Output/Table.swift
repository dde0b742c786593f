/// Rows under a heading, columns aligned.
struct Table {
    enum Alignment { case left, right }

    struct Column {
        var title: String
        var alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: Column...) { self.columns = columns }

    /// As many cells as there are columns; missing ones are empty.
    mutating func add(_ cells: String...) {
        rows.append(columns.indices.map { $0 < cells.count ? Visible.text(cells[$0]) : "" })
    }

    /// The heading and the rows. Only the heading is painted: escape codes in cells would spoil the widths.
    func lines(_ style: Style = Style(isOn: false)) -> [String] {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
        }
        return [style.bold(line(columns.map(\.title), widths))] + rows.map { line($0, widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[column] - cell.count)
            if column > 0 { line += "  " }
            line += columns[column].alignment == .left ? cell + padding : padding + cell
        }
        // No blanks at the end of a line.
        while line.last == " " { line.removeLast() }
        return line
    }
}
