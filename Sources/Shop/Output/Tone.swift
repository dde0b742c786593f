/// What a word in a table means to who is waiting for it, for a colour.
enum Tone {
    case good, bad, faint, plain

    /// Of an order's status, what became of an event, or the state of a part of the broker. Of a longer text the first
    /// word counts.
    init(of text: String) {
        self =
            switch text.prefix(while: \.isLetter) {
            case "shipped", "handled", "same", "created": .good
            case "rejected", "cancelled", "failed", "dead", "parked", "missing", "differs": .bad
            case "waiting", "unchecked": .faint
            default: .plain
            }
    }
}

extension Style {
    func paint(_ text: String, as tone: Tone) -> String {
        switch tone {
        case .good: good(text)
        case .bad: bad(text)
        case .faint: faint(text)
        case .plain: text
        }
    }
}
