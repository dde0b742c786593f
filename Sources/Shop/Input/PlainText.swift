/// Text that stays on its line, in a mail's header as on a terminal.
enum PlainText {
    /// Control characters of ASCII and Latin-1, and Unicode's own line ends.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    static func holdsControls(_ text: String) -> Bool { text.unicodeScalars.contains(where: isControl) }
}
