import Glibc

/// How far it is, on one line of stderr that is drawn over and over; nothing when stderr is no terminal.
struct ProgressBar {
    private let total: Int
    private let isShown: Bool
    private var drawn: ContinuousClock.Instant?

    init(total: Int) {
        self.total = total
        isShown = total > 1 && Style.isTerminal(STDERR_FILENO)
    }

    /// Ten times a second at most: drawing must not slow down what it shows.
    mutating func show(done: Int, now: ContinuousClock.Instant = .now) {
        guard isShown else { return }
        if let drawn, now < drawn + .milliseconds(100), done < total { return }
        drawn = now
        Output.status("\r" + Self.text(done: done, total: total))
    }

    /// Makes room for what is printed next.
    func clear() {
        if drawn != nil { Output.status("\r\u{1B}[K") }
    }

    static func text(done: Int, total: Int, width: Int = 30) -> String {
        let done = min(max(0, done), total)
        let filled = total > 0 ? Int(Double(width) * Double(done) / Double(total)) : width
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        return "[\(bar)] \(done)/\(total)"
    }
}
