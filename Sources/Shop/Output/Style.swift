import Glibc

/// Colours, for people only: a terminal, and `NO_COLOR` not set (no-color.org).
struct Style {
    var isOn: Bool

    static let stdout = Style(isOn: isTerminal(STDOUT_FILENO))

    static func isTerminal(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) == 1, variable("NO_COLOR").isEmpty else { return false }
        return variable("TERM") != "dumb"
    }

    private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

    func bold(_ text: String) -> String { paint(text, "1") }
    func faint(_ text: String) -> String { paint(text, "2") }
    func good(_ text: String) -> String { paint(text, "32") }
    func bad(_ text: String) -> String { paint(text, "31") }

    private func paint(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

/// Text from elsewhere, safe to show: a name in an order must not move the cursor or start a new line.
enum Visible {
    static func text(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { PlainText.isControl($0) ? "\u{FFFD}" : $0 }))
    }
}
