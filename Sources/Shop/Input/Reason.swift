/// Why somebody did something by hand, in their own words.
enum Reason {
    /// What the services keep of it.
    static let maxBytes = 200

    /// What is wrong with it, to stand behind the option's name; nil when nothing is.
    static func problem(_ text: String) -> String? {
        // It ends up in e-mails and on terminals.
        if PlainText.holdsControls(text) { return "holds control characters" }
        return text.utf8.count > maxBytes ? "is longer than \(maxBytes) bytes" : nil
    }
}
