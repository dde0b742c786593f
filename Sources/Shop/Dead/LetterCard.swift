import AMQPBridge

/// One dead letter for people.
struct LetterCard {
    var letter: DeadLetter
    var style = Style(isOn: false)

    var lines: [String] {
        let title = "\(letter.service): \(letter.eventID ?? "event without id")"
        return [style.bold(Visible.text(title))]
            + [
                "  type          \(letter.type ?? "-")",
                "  routing key   \(letter.routingKey)",
                "  attempts      \(letter.attempts)",
                "  error         \(letter.error)",
                "  first failed  \(letter.firstFailed ?? "-")",
                "  last failed   \(letter.lastFailed ?? "-")",
                "  body          \(letter.bodySize) bytes\(bodyNote)",
            ].map(Visible.text) + bodyLines
    }

    private var bodyNote: String {
        if letter.isBodyDropped { return ", too large to show" }
        return letter.bodyText == nil ? ", in base64" : ""
    }

    private var bodyLines: [String] {
        guard !letter.body.isEmpty else { return [] }
        return (letter.bodyText ?? letter.bodyBase64).split(separator: "\n", omittingEmptySubsequences: false)
            .map { "    " + Visible.text(String($0)) }
    }
}
