/// Eight bytes in a row, looked at at once: what most texts do not hold is ruled out for eight of their bytes by a few
/// instructions.
///
/// Each search answers with a mask whose lowest bit tells the first byte found, as a borrow runs upwards only: what is
/// above it may be wrong. Masks can be combined by `|`; zero is none.
struct EightBytes {
    typealias Mask = UInt64

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    private let word: UInt64

    /// - Parameter bytes: at least `offset + 8`.
    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) {
        word = UInt64(
            littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// - Parameter few: at most eight bytes; spaces stand for those that are missing.
    @inline(__always)
    private init(few: UnsafeBufferPointer<UInt8>) {
        var word = Self.ones &* UInt64(UInt8(ascii: " "))
        for byte in few { word = word << 8 | UInt64(byte) }
        self.word = word
    }

    /// Whether there is anything in all the bytes that the search finds, which must not be for spaces.
    @inline(__always)
    static func anywhere(in bytes: UnsafeBufferPointer<UInt8>, _ search: (EightBytes) -> Mask) -> Bool {
        guard bytes.count >= 8 else { return search(EightBytes(few: bytes)) != 0 }
        var offset = 0
        while offset + 8 <= bytes.count {
            if search(EightBytes(bytes, at: offset)) != 0 { return true }
            offset += 8
        }
        // Those that are left, together with some for the second time.
        return offset < bytes.count && search(EightBytes(bytes, at: bytes.count - 8)) != 0
    }

    var nonASCII: Mask { word & Self.highBits }

    /// - Parameter limit: at most 128.
    @inline(__always)
    func less(than limit: UInt8) -> Mask { (word &- Self.ones &* UInt64(limit)) & ~word & Self.highBits }

    /// Control characters and quotation marks: by exchanging two bits all of these come to stand below all others.
    var belowSpaceOrQuote: Mask {
        let exchanged = word ^ Self.ones &* 0x02
        return (exchanged &- Self.ones &* 0x21) & ~exchanged & Self.highBits
    }

    @inline(__always)
    func equal(to byte: UInt8) -> Mask {
        let difference = word ^ Self.ones &* UInt64(byte)
        return (difference &- Self.ones) & ~difference & Self.highBits
    }

    /// Which of the eight is the first; 8 when none is.
    @inline(__always)
    static func first(_ mask: Mask) -> Int { mask.trailingZeroBitCount / 8 }
}
