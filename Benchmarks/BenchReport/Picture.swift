import Measure

/// A queue type's CPU per message as bars, for a README in light or dark.
enum Picture {
    private static let cases = ["publish", "publish-batch", "consume", "consume-batch"]
    private static let width = 760.0
    private static let labels = 150.0
    private static let bar = 20.0
    private static let gap = 6.0
    /// Of a note, in characters.
    private static let noteWidth = 110

    /// Nil when none of the cases that it shows was measured.
    static func svg(_ summaries: [Summary], queue: String, _ machine: Machine) -> String? {
        let groups = cases.compactMap { name -> (String, [Summary])? in
            let rows = summaries.filter { $0.queue == queue && $0.case == name && $0.cpuUsPerMsg != nil }
            return rows.isEmpty ? nil : (name, rows)
        }
        guard !groups.isEmpty else { return nil }
        // A slow peer's bar would flatten all others: it is cut, its figure stands beside it.
        let own = groups.flatMap(\.1).filter { $0.who.hasPrefix("C") || $0.who == "AMQPBridge" }
        let scale = 6 * max(0.1, own.compactMap(\.cpuUsPerMsg).max() ?? 0)
        var y = 58.0
        var body = ""
        for (name, rows) in groups {
            body += text(16, y + 4, name, "head")
            y += 16
            for row in rows {
                body += line(row, y, scale)
                y += bar + gap
            }
            y += 16
        }
        let notes = Table.footer(machine, summaries).split(separator: "\n").flatMap { wrapped(String($0)) }
        for note in notes {
            body += text(16, y, note, "note")
            y += 15
        }
        return frame(height: y + 8, title: "Client CPU per message, \(queue) queue (µs; less is better)", body)
    }

    /// In lines that fit the picture.
    private static func wrapped(_ note: String) -> [String] {
        var lines: [String] = []
        for word in note.split(separator: " ") {
            if let last = lines.last, last.count + word.count < noteWidth {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private static func line(_ row: Summary, _ y: Double, _ scale: Double) -> String {
        let cpu = row.cpuUsPerMsg ?? 0
        let room = width - labels - 170
        let length = max(2, min(1, cpu / scale) * room)
        let isCut = cpu > scale
        let style = row.who == "AMQPBridge" ? "ours" : row.who.hasPrefix("C") ? "base" : "peer"
        var label = "\(decimal(cpu, cpu < 10 ? 2 : 0)) µs"
        if let ratio = row.ratio, row.who != "C" { label += ", \(decimal(ratio, 2)) × C" }
        return text(labels - 8, y + 14, row.who, "name")
            + "<rect class=\"\(style)\" x=\"\(labels)\" y=\"\(decimal(y, 0))\" width=\"\(decimal(length, 1))\" "
            + "height=\"\(bar)\" rx=\"2\"/>\n"
            + (isCut ? text(labels + length - 16, y + 14, "≫", "cut") : "")
            + text(labels + length + 8, y + 14, label, "figure")
    }

    private static func text(_ x: Double, _ y: Double, _ content: String, _ style: String) -> String {
        "<text class=\"\(style)\" x=\"\(decimal(x, 1))\" y=\"\(decimal(y, 1))\">\(escaped(content))</text>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }

    private static func frame(height: Double, title: String, _ body: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(decimal(width, 0)) \(decimal(height, 0))" role="img" \
        font-family="system-ui, sans-serif" font-size="13">
        <title>\(escaped(title))</title>
        <style>
        .back { fill: #ffffff } .title { font-size: 17px; font-weight: 600 } .head { font-weight: 600 }
        .title, .head, .figure { fill: #1f2328 } .name { text-anchor: end; fill: #1f2328 }
        .note { font-size: 11px; fill: #59636e }
        .ours { fill: #e8590c } .base { fill: #4c6ef5 } .peer { fill: #adb5bd } .cut { fill: #495057 }
        @media (prefers-color-scheme: dark) {
        .back { fill: #0d1117 } .title, .head, .figure, .name { fill: #e6edf3 } .note { fill: #9198a1 }
        .peer { fill: #6e7681 } .cut { fill: #f0f6fc }
        }
        </style>
        <rect class="back" width="100%" height="100%"/>
        \(text(16, 30, title, "title"))\(body)</svg>

        """
    }
}
