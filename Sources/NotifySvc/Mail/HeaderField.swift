/// How one header is written (RFC 5322, 2.2).
enum HeaderField {
    /// The longest line there may be, without its end (RFC 5322, 2.1.1).
    static let hardLimit = 998
    /// The longest line there should be.
    static let softLimit = 78

    /// Joins the tokens with single spaces and starts a new line before a token that would not fit any more.
    ///
    /// Readers undo that by dropping the line end, which leaves the space (RFC 5322, 2.2.3); between two encoded-words
    /// they drop the space, too (RFC 2047, 6.2). The first token always stays on the first line, as some readers
    /// take a field whose first line is blank for an empty one.
    static func line(_ name: String, _ tokens: [String]) throws(MailError) -> String {
        var text = "\(name):"
        var length = text.utf8.count
        for (index, token) in tokens.enumerated() {
            let size = token.utf8.count
            if index > 0, length + 1 + size > softLimit {
                text += "\r\n"
                length = 0
            }
            text += " " + token
            length += 1 + size
            if length > hardLimit { throw .lineTooLong(field: name) }
        }
        return text + "\r\n"
    }

    /// How long the first token may be.
    static func room(in field: String) -> Int { softLimit - field.utf8.count - ": ".utf8.count }

    /// The tokens of free text, such as a subject (RFC 5322, 2.2.1).
    static func tokens(ofText text: String, in field: String) throws(MailError) -> [String] {
        try refuseControls(in: text, field: field)
        if text.isEmpty { return [] }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        // An empty word is a space at an end or beside another one: folding could lose it.
        let isPlain = isPrintableASCII(text) && !text.contains("=?")
        guard isPlain, words.allSatisfy({ !$0.isEmpty && $0.utf8.count <= room(in: field) }) else {
            return EncodedWord.words(of: text, firstLimit: room(in: field))
        }
        return words
    }

    static func isPrintableASCII(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Refuses CR, LF, NUL and every other character that ends a line or is none to be seen: C0, DEL, C1, and the
    /// separators U+2028 and U+2029, at which some readers break lines after decoding.
    static func refuseControls(in text: String, field: String) throws(MailError) {
        for scalar in text.unicodeScalars where isControl(scalar) {
            throw .controlCharacter(field: field, codePoint: scalar.value)
        }
    }

    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }
}
