import Foundation

/// The table for people, a row as soon as it is there.
struct FaultTable {
    private static let columns = [
        "accepted", "shipped", "rejected", "cancelled", "parked", "lost", "doubled", "resume s", "verdict",
    ]
    private let nameWidth: Int

    init(_ scenarios: [Scenario]) { nameWidth = max(8, scenarios.map(\.name.count).max() ?? 0) }

    var header: String { line("scenario", Self.columns) }

    func lines(_ row: FaultRow) -> [String] {
        let counts = [row.accepted, row.shipped, row.rejected, row.cancelled, row.parked, row.lost, row.doubled]
        let cells =
            row.verdict == .skipped
            ? Array(repeating: "-", count: counts.count + 1)
            : counts.map(String.init) + [row.resumeSeconds.map { String(format: "%.2f", $0) } ?? "-"]
        let verdict = row.verdict == .skipped ? "skipped: \(row.reasons.first ?? "")" : row.verdict.rawValue
        var lines = [line(row.scenario, cells + [verdict])]
        if row.verdict == .fail {
            lines += row.reasons.prefix(10).map { "    \($0)" }
            if row.reasons.count > 10 { lines.append("    and \(row.reasons.count - 10) more") }
        }
        return lines + row.notes.map { "    \($0)" }
    }

    private func line(_ name: String, _ cells: [String]) -> String {
        let padded = zip(Self.columns, cells).map { column, cell in
            column == "verdict" ? cell : String(repeating: " ", count: max(0, column.count - cell.count)) + cell
        }
        return name.padding(toLength: nameWidth, withPad: " ", startingAt: 0) + "  " + padded.joined(separator: "  ")
    }
}

/// What is said at the end, of all scenarios together.
struct FaultTotals {
    var rows: [FaultRow]
    var seed: UInt64

    var lines: [String] {
        let run = rows.filter { $0.verdict != .skipped }
        let kills = run.reduce(into: [String: Int]()) { sum, row in sum.merge(row.kills, uniquingKeysWith: +) }
        let told =
            kills.isEmpty
            ? "none" : kills.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let resumes = run.flatMap(\.resumes).sorted()
        var lines = [
            "",
            "\(run.count) scenarios: \(count(.pass)) passed, \(count(.fail)) failed; \(count(.skipped)) skipped. Seed \(seed)",
            "published \(run.map(\.published).reduce(0, +)), confirmed \(run.map(\.confirmed).reduce(0, +)), "
                + "lost \(run.map(\.lost).reduce(0, +)), doubled \(run.map(\.doubled).reduce(0, +)), "
                + "stuck \(run.map(\.stuck).reduce(0, +)). Kills: \(told)",
        ]
        if !resumes.isEmpty {
            lines.append(
                "resumed \(resumes.count) times: median \(at(0.5, resumes)) s, p99 \(at(0.99, resumes)) s, "
                    + "longest \(at(1, resumes)) s")
        }
        return lines
    }

    private func count(_ verdict: FaultRow.Verdict) -> Int { rows.count { $0.verdict == verdict } }

    /// The nearest rank.
    private func at(_ share: Double, _ sorted: [Double]) -> String {
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return String(format: "%.2f", sorted[max(0, min(sorted.count, rank) - 1)])
    }
}
