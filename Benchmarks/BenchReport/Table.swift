import Measure

/// The summaries as text for people, a block for each queue type.
enum Table {
    private static let columns = [
        "case", "who", "msgs/s", "CPU us/msg", "[min-max]", "to C", "[min-max]", "p50 us", "p99 us", "p99.9 us",
        "p50, p99 to C", "MB", "anon MB", "instructions",
    ]

    static func text(_ summaries: [Summary], _ machine: Machine) -> String {
        var queues: [String] = []
        for summary in summaries where !queues.contains(summary.queue) { queues.append(summary.queue) }
        let blocks = queues.map { queue in
            let rows = summaries.filter { $0.queue == queue }
            let title = queue == "none" ? "no broker" : "\(queue) queue"
            let rounds = rows.map(\.rounds).max() ?? 0
            return "\(title), medians of \(rounds) rounds that take turns\n" + grid(rows)
        }
        return blocks.joined(separator: "\n") + "\n" + footer(machine, summaries)
    }

    static func footer(_ machine: Machine, _ summaries: [Summary]) -> String {
        let load = summaries.compactMap(\.load).max().map { ", at most \(decimal($0, 1)) meanwhile" } ?? ""
        return """
            \(machine.command), \(machine.date), \(machine.cores) cores, load average \(machine.load)\(load)
            \(machine.versions)

            """
    }

    /// Without the columns in which nobody has a figure.
    private static func grid(_ rows: [Summary]) -> String {
        let all = rows.map(cells(of:))
        let shown = columns.indices.filter { column in all.contains { !$0[column].isEmpty } }
        let cells = ([columns] + all).map { line in shown.map { line[$0] } }
        let widths = shown.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return zip(cells, [nil] + rows.map(\.note)).map { line, note in
            let texts = zip(line, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index < 2 ? cell.0 + space : space + cell.0
            }
            let text = texts.joined(separator: "  ") + (note.map { "  \($0)" } ?? "")
            return String(text.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    private static func cells(of row: Summary) -> [String] {
        func range(_ low: Double?, _ high: Double?) -> String {
            guard let low, let high else { return "" }
            return "[\(decimal(low, 2))-\(decimal(high, 2))]"
        }
        func figure(_ value: Double?, _ digits: Int) -> String { value.map { decimal($0, digits) } ?? "" }
        let tails = [row.p50Ratio, row.p99Ratio].compactMap { $0.map { decimal($0, 2) } }.joined(separator: ", ")
        return [
            row.case, row.who, figure(row.msgsPerS, 0), figure(row.cpuUsPerMsg, 2),
            range(row.cpuMin, row.cpuMax),
            figure(row.ratio, 2), range(row.ratioMin, row.ratioMax), figure(row.p50Us, 0), figure(row.p99Us, 0),
            figure(row.p999Us, 0), tails, figure(row.rssMb, 1), figure(row.rssAnonMb, 1),
            figure(row.instructions, 0),
        ]
    }
}
