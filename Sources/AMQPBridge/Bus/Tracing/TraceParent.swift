/// A place in a trace, as W3C Trace Context writes it: `00-<trace>-<span>-<flags>`, all hexadecimal. Pure.
public struct TraceParent: Hashable, Sendable, CustomStringConvertible {
    /// 32 lower-case hexadecimal digits, not all zero.
    public let traceID: String
    /// The span that led here: 16 lower-case hexadecimal digits, not all zero.
    public let spanID: String
    /// Bit 0: whoever began the trace records it.
    public let flags: UInt8

    /// Reads a `traceparent` of version 00, or of a later one as far as it begins like that (Trace Context, 3.2). Nil when it
    /// is none.
    public init?(_ text: String) {
        let parts = text.utf8.prefix(256).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, let version = Self.hex(parts[0], 2), version != "ff",
            version != "00" || parts.count == 4,
            let trace = Self.hex(parts[1], 32), let span = Self.hex(parts[2], 16), let flags = Self.hex(parts[3], 2),
            let bits = UInt8(flags, radix: 16)
        else { return nil }
        self.init(traceID: trace, spanID: span, flags: bits)
    }

    /// Nil when one of them is no id.
    public init?(traceID: String, spanID: String, flags: UInt8 = 1) {
        guard Self.hex(traceID.utf8[...], 32) != nil, Self.hex(spanID.utf8[...], 16) != nil,
            traceID.utf8.contains(where: { $0 != UInt8(ascii: "0") }),
            spanID.utf8.contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
    }

    /// The trace of a story that nobody has begun to trace: everybody who meets it makes the same of it, so that it is one
    /// trace all the same. A story that is called by a UUID gives its trace that very number.
    ///
    /// - Parameters:
    ///   - story: shared by all of its events (``EventMetadata/correlationID``).
    ///   - event: the id of one of them, which stands for the span.
    public init(story: String, event: String) {
        let (trace, span) = (Self.number(story), Self.number(event))
        traceID = Self.digits(trace == 0 ? 1 : trace, 32)
        // Of a UUIDv7 the random half.
        let half = UInt64(truncatingIfNeeded: span)
        spanID = Self.digits(UInt128(half == 0 ? 1 : half), 16)
        flags = 0
    }

    public var description: String { "00-\(traceID)-\(spanID)-\(flags < 16 ? "0" : "")\(String(flags, radix: 16))" }

    private static func hex(_ text: Substring.UTF8View.SubSequence, _ count: Int) -> String? {
        let isRight = text.count == count && text.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return isRight ? String(Substring(text)) : nil
    }

    /// A UUID's own, else a hash (FNV-1a with 128 bits), the same in every process.
    private static func number(_ text: String) -> UInt128 {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        if digits.count == 32, text.utf8.count == 36,
            let number = UInt128(String(decoding: digits, as: UTF8.self), radix: 16)
        {
            return number
        }
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
        return hash
    }

    private static func digits(_ number: UInt128, _ count: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
