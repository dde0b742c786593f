/// RFC 2045, 6.7: any text in lines of at most 76 ASCII characters.
///
/// Unlike 8bit it passes through every server, however old, and a long line needs no breaking by hand.
enum QuotedPrintable {
    private static let limit = 76
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineEnd: [UInt8] = [carriageReturn, lineFeed]
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Lines of the text may end with LF, CR or CRLF; those of the result end with CRLF, the last one included.
    static func encode(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count + bytes.count / 8 + lineEnd.count)
            var rest = bytes[...]
            // A line end at the very end starts no further line.
            while !rest.isEmpty {
                let end = rest.firstIndex { $0 == lineFeed || $0 == carriageReturn } ?? rest.endIndex
                append(rest[..<end], to: &result)
                result += lineEnd
                rest = rest[end...].dropFirst(rest[end...].starts(with: lineEnd) ? 2 : 1)
            }
            return String(decoding: result, as: UTF8.self)
        }
    }

    static func escape(_ byte: UInt8) -> String {
        var result: [UInt8] = []
        append(escaped: byte, to: &result)
        return String(decoding: result, as: UTF8.self)
    }

    private static func append(_ line: Slice<UnsafeBufferPointer<UInt8>>, to result: inout [UInt8]) {
        var length = 0
        for index in line.indices {
            let byte = line[index]
            let isLast = index == line.endIndex - 1
            var isEscaped = mustEscape(byte, isLast: isLast)
            // All but the last piece leave room for the `=` of a soft line break (rule 5).
            if length + (isEscaped ? 3 : 1) > (isLast ? limit : limit - 1) {
                result.append(UInt8(ascii: "="))
                result += lineEnd
                length = 0
            }
            // RFC 2049, 3: a dot that starts a line is SMTP's own, and `From ` is the mbox format's; relays have
            // mangled both.
            if length == 0, byte == UInt8(ascii: ".") || line[index...].starts(with: "From ".utf8) { isEscaped = true }
            if isEscaped { append(escaped: byte, to: &result) } else { result.append(byte) }
            length += isEscaped ? 3 : 1
        }
    }

    private static func append(escaped byte: UInt8, to result: inout [UInt8]) {
        result.append(UInt8(ascii: "="))
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
    }

    private static func mustEscape(_ byte: UInt8, isLast: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): true
        case 0x21...0x7E: false
        // Rule 3: spaces at the end of a line get lost on the way.
        case 0x20: isLast
        default: true
        }
    }
}
