package import Foundation

/// A mail as a mail program would read it.
package struct ShopMail: Sendable {
    package var fields: [String: String] = [:]
    package var body = ""

    /// - Parameter bytes: a message by RFC 5322 whose first part is text in quoted-printable.
    package init(_ bytes: Data) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return }
        let header = text[..<end.lowerBound].replacing("\r\n ", with: " ").replacing("\r\n\t", with: " ")
        for line in header.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        // The first part: from the end of its own header to the next boundary.
        guard let start = text[end.upperBound...].range(of: "\r\n\r\n")?.upperBound,
            let stop = text[start...].range(of: "\r\n--=_")?.lowerBound
        else { return }
        body = Self.decoded(text[start..<stop])
    }

    package var orderID: String { fields["x-order-id"] ?? "" }
    package var eventType: String { fields["x-event-type"] ?? "" }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.replacing("=\r\n", with: "").utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "="), let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
