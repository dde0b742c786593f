/// RFC 2045, 6.7: any text in lines of at most 76 ASCII characters.
///
/// Unlike 8bit it passes through every server, however old, and a long line needs no breaking by hand.
enum QuotedPrintable {
    private static let limit = 76
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Lines of the text may end with LF, CR or CRLF; those of the result end with CRLF, the last one included.
    static func encode(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count + text.utf8.count / 16 + 2)
        for line in lines(of: text) {
            appendLine(line, to: &result)
            result += "\r\n"
        }
        return result
    }

    static func escape(_ byte: UInt8) -> String {
        let hex = String(byte, radix: 16, uppercase: true)
        return hex.utf8.count == 1 ? "=0\(hex)" : "=\(hex)"
    }

    /// A line end at the very end starts no further line.
    private static func lines(of text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var previous: UInt8?
        for byte in text.utf8 {
            switch byte {
            case lineFeed where previous == carriageReturn: break
            case lineFeed, carriageReturn:
                lines.append(line)
                line = []
            default: line.append(byte)
            }
            previous = byte
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    private static func appendLine(_ line: [UInt8], to result: inout String) {
        var length = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            var piece = piece(byte, isLast: isLast)
            // All but the last piece leave room for the `=` of a soft line break (rule 5).
            if length + piece.utf8.count > (isLast ? limit : limit - 1) {
                result += "=\r\n"
                length = 0
            }
            // RFC 2049, 3: a dot that starts a line is SMTP's own, and `From ` is the mbox format's; relays have
            // mangled both.
            if length == 0, byte == UInt8(ascii: ".") || (byte == UInt8(ascii: "F") && startsFrom(line[index...])) {
                piece = escape(byte)
            }
            result += piece
            length += piece.utf8.count
        }
    }

    private static func piece(_ byte: UInt8, isLast: Bool) -> String {
        switch byte {
        case UInt8(ascii: "="): "=3D"
        case 0x21...0x7E: String(Unicode.Scalar(byte))
        // Rule 3: spaces at the end of a line get lost on the way.
        case 0x20 where !isLast: " "
        default: escape(byte)
        }
    }

    private static func startsFrom(_ rest: ArraySlice<UInt8>) -> Bool { rest.starts(with: "From ".utf8) }
}
