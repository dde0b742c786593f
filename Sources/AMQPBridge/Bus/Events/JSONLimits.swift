/// Limits for JSON from outside, checked in one pass before any decoder sees it.
///
/// Decoders recurse: the stack of a Swift concurrency thread ends long before Foundation's own limit of 512 levels.
package enum JSONLimits {
    static let maxBytes = 1 << 20
    static let maxDepth = 32

    /// - Throws: `undecodable` for too many bytes or too many levels of nesting, and for what is not UTF-8 but UTF-16 or
    ///   UTF-32, which Foundation would read: there the bytes tell nothing about the levels.
    package static func check(_ body: [UInt8]) throws(AMQPError) {
        guard !body.isEmpty else { throw AMQPError(.undecodable, "the body is empty") }
        guard body.count <= maxBytes else {
            throw AMQPError(.undecodable, "the body has \(body.count) bytes; at most \(maxBytes) are read")
        }
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in body {
            // In UTF-8 no JSON text has one (RFC 8259, 7 and 8.1), in the others each has.
            guard byte != 0 else { throw AMQPError(.undecodable, "the JSON is not UTF-8, or holds a NUL byte") }
            if isEscaped {
                isEscaped = false
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
                isInString = byte != UInt8(ascii: "\"")
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
            }
            guard depth <= maxDepth else {
                throw AMQPError(.undecodable, "the JSON is nested deeper than \(maxDepth) levels")
            }
        }
    }
}
