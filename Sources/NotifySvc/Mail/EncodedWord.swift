import FoundationEssentials

/// RFC 2047: any text in headers that know ASCII only.
enum EncodedWord {
    private static let limit = 75
    private static let opening = "=?utf-8?"
    private static let closing = "?="

    /// As many words of at most 75 bytes (RFC 2047, 2) as it takes.
    ///
    /// Each holds whole code points (RFC 2047, 5), as a reader may decode it by itself. They are as long as can be: some
    /// readers show a space where two of them meet.
    ///
    /// - Parameter firstLimit: what the first word has room for beside the name of its field.
    static func words(of text: String, firstLimit: Int = limit) -> [String] {
        let overhead = opening.utf8.count + "Q?".utf8.count + closing.utf8.count
        let rooms = (first: min(firstLimit, limit) - overhead, other: limit - overhead)
        let quoted = text.utf8.reduce(0) { $0 + (isSafe($1) ? 1 : 3) }
        let base64 = (text.utf8.count + 2) / 3 * 4
        // Q can be read by people where the text is mostly ASCII; B is shorter where it is not.
        if quoted <= base64 {
            let chunks = chunks(of: text, rooms) { scalar in scalar.utf8.reduce(0) { $0 + (isSafe($1) ? 1 : 3) } }
            return chunks.map { opening + "Q?" + q($0) + closing }
        }
        let chunks = chunks(of: text, (first: rooms.first / 4 * 3, other: rooms.other / 4 * 3)) { $0.utf8.count }
        return chunks.map { opening + "B?" + Data($0.utf8).base64EncodedString() + closing }
    }

    private static func chunks(
        of text: String, _ rooms: (first: Int, other: Int), cost: (Unicode.Scalar) -> Int
    ) -> [String] {
        var chunks: [String] = []
        var chunk = ""
        var used = 0
        for scalar in text.unicodeScalars {
            let size = cost(scalar)
            if used + size > (chunks.isEmpty ? rooms.first : rooms.other) {
                chunks.append(chunk)
                chunk = ""
                used = 0
            }
            chunk.unicodeScalars.append(scalar)
            used += size
        }
        chunks.append(chunk)
        return chunks
    }

    private static func q(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                result += "_"
            } else if isSafe(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += QuotedPrintable.escape(byte)
            }
        }
        return result
    }

    /// What needs no escape even in a name (RFC 2047, 5, rule 3); a space has its own short form.
    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!*+-/ ".utf8.contains(byte)
        }
    }
}
