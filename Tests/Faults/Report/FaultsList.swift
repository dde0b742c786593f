import Foundation

/// `--list`.
struct FaultsList {
    private struct Row: Encodable {
        var scenario: String
        var family: String
        var summary: String
        /// Why it would be skipped here.
        var missing: String?
    }

    private let rows: [Row]

    init(_ scenarios: [Scenario]) {
        rows = scenarios.map { scenario in
            Row(
                scenario: scenario.name, family: scenario.family.rawValue, summary: scenario.summary,
                missing: scenario.needs.lazy.compactMap { $0.missing() }.first)
        }
    }

    func print(json: Bool) throws {
        let width = rows.map(\.scenario.count).max() ?? 0
        for row in rows {
            if json {
                try Output.json(row)
            } else {
                let name = row.scenario.padding(toLength: width, withPad: " ", startingAt: 0)
                let family = row.family.padding(toLength: 8, withPad: " ", startingAt: 0)
                Output.line("\(name)  \(family)  \(row.summary)" + (row.missing.map { " (skipped here: \($0))" } ?? ""))
            }
        }
    }
}

/// Standard output, a line at a time and at once.
enum Output {
    static func line(_ text: String) { write(text, to: .standardOutput) }

    static func progress(_ text: String) { write(text, to: .standardError) }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    private static func write(_ text: String, to file: FileHandle) {
        // A reader who has gone away wants no more.
        try? file.write(contentsOf: Data((text + "\n").utf8))
    }
}
