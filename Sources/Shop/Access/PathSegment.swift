/// One segment of a URL's path (RFC 3986, section 3.3).
enum PathSegment {
    /// Everything but unreserved characters is percent-encoded, bytewise as UTF-8; so are the dots of `.` and `..`,
    /// which would otherwise name a folder.
    static func encoded(_ text: String) -> String {
        let isDots = text == "." || text == ".."
        return text.utf8.map { isUnreserved($0) && !isDots ? String(UnicodeScalar($0)) : percent($0) }.joined()
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }

    private static func percent(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
}
