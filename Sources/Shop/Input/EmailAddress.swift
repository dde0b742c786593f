/// Whether an e-mail address could be one: `local@domain` in ASCII.
///
/// Not the whole of RFC 5322: no quoted local parts, no comments, no address literals. Only delivering proves that an
/// address exists; this keeps typing errors, and whatever could start a header of its own, out of the shop.
enum EmailAddress {
    /// What is wrong with it, or nil.
    static func problem(_ text: String) -> String? {
        if text.isEmpty { return "it is empty" }
        // RFC 5321, 4.5.3.1.3: 256 with the angle brackets.
        if text.utf8.count > 254 { return "it is longer than 254 bytes" }
        if PlainText.holdsControls(text) { return "it holds control characters" }
        if !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return "it holds blanks or characters beyond ASCII" }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "it needs exactly one @" }
        return problem(local: parts[0]) ?? problem(domain: parts[1])
    }

    private static func problem(local: Substring) -> String? {
        if local.isEmpty { return "nothing stands before the @" }
        if local.utf8.count > 64 { return "it has more than 64 bytes before the @" }
        if hasEmptyPart(local) { return "a dot before the @ stands alone" }
        return local.contains { "()<>[],;:\\\"".contains($0) } ? "it holds brackets, quotes, commas or colons" : nil
    }

    private static func problem(domain: Substring) -> String? {
        if domain.isEmpty { return "nothing stands after the @" }
        if hasEmptyPart(domain) { return "a dot after the @ stands alone" }
        for label in domain.split(separator: ".") {
            guard label.utf8.count <= 63, !label.hasPrefix("-"), !label.hasSuffix("-"),
                label.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
            else { return "'\(label)' cannot be part of a domain" }
        }
        return nil
    }

    private static func hasEmptyPart(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).contains(where: \.isEmpty)
    }
}
