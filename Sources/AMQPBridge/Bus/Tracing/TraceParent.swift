/// A place in a trace, as W3C Trace Context writes it: `00-<trace>-<span>-<flags>`, all hexadecimal. Pure.
///
/// Kept as that text: it is passed on far more often than it is taken apart.
public struct TraceParent: Hashable, Sendable, CustomStringConvertible {
    /// Version, trace, span and flags with three hyphens between.
    private static let length = 2 + 1 + 32 + 1 + 16 + 1 + 2

    /// The header's value, of version 00.
    public let description: String

    /// Reads a `traceparent` of version 00, or of a later one as far as it begins like that (Trace Context, 3.2). Nil when it
    /// is none.
    public init?(_ text: String) {
        var text = text
        guard text.withUTF8({ Self.isRight($0) }) else { return nil }
        description =
            text.utf8.count == Self.length && text.hasPrefix("00") ? text : "00" + text.utf8Part(2..<Self.length)
    }

    /// Nil when one of them is no id.
    public init?(traceID: String, spanID: String, flags: UInt8 = 1) {
        self.init("00-\(traceID)-\(spanID)-\(flags.hexadecimal)")
    }

    /// 32 lower-case hexadecimal digits, not all zero.
    public var traceID: String { description.utf8Part(3..<35) }

    /// The span that led here: 16 lower-case hexadecimal digits, not all zero.
    public var spanID: String { description.utf8Part(36..<52) }

    /// Bit 0: whoever began the trace records it.
    public var flags: UInt8 { UInt8(description.utf8Part(53..<55), radix: 16) ?? 0 }

    private static func isRight(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= length, text[2] == hyphen, text[35] == hyphen, text[52] == hyphen else { return false }
        let isLater = !(text[0] == zero && text[1] == zero)
        guard text.count == length || (isLater && text[length] == hyphen) else { return false }
        guard !(text[0] == UInt8(ascii: "f") && text[1] == UInt8(ascii: "f")) else { return false }
        let isHex = [0..<2, 3..<35, 36..<52, 53..<55].allSatisfy { range in
            text[range].allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
        return isHex && text[3..<35].contains { $0 != zero } && text[36..<52].contains { $0 != zero }
    }

    private static let hyphen = UInt8(ascii: "-")
    private static let zero = UInt8(ascii: "0")

    /// The trace of a story that nobody has begun to trace: everybody who meets it makes the same of it, so that it is one
    /// trace all the same. A story that is called by a UUID gives its trace that very number.
    ///
    /// - Parameters:
    ///   - story: shared by all of its events (``EventMetadata/correlationID``).
    ///   - event: the id of one of them, which stands for the span.
    public init(story: String, event: String) {
        let (trace, span) = (Self.number(story), Self.number(event))
        // Of a UUIDv7 the random half.
        let half = UInt64(truncatingIfNeeded: span)
        description = "00-\(max(trace, 1).hexadecimal)-\(max(half, 1).hexadecimal)-00"
    }

    /// A UUID's own, else its hash.
    private static func number(_ text: String) -> UInt128 {
        var text = text
        return text.withUTF8 { UInt128(uuid: $0) } ?? StableHash.of(text)
    }
}

extension UInt128 {
    /// Of 32 hexadecimal digits among hyphens, in 36 bytes. Read digit by digit: the general way costs ten times as much.
    fileprivate init?(uuid text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 36 else { return nil }
        var (number, digits): (UInt128, Int) = (0, 0)
        for byte in text where byte != UInt8(ascii: "-") {
            guard let digit = Self.digit(byte) else { return nil }
            number = number << 4 | UInt128(digit)
            digits += 1
        }
        guard digits == 32 else { return nil }
        self = number
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension String {
    /// The bytes there, of which the caller knows that they are ASCII.
    fileprivate func utf8Part(_ range: Range<Int>) -> String {
        let begin = utf8.index(startIndex, offsetBy: range.lowerBound)
        return String(self[begin..<utf8.index(begin, offsetBy: range.count)])
    }
}
