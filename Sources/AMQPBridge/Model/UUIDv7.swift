import Glibc

/// A unique id that sorts by its time of making (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits.
///
/// Ids that grow keep database indexes compact; Foundation makes only random ones.
public struct UUIDv7: Hashable, Sendable, CustomStringConvertible {
    /// The first 64 bits: 48 of milliseconds since 1970, the version (7), 12 random ones.
    public let high: UInt64
    /// The last 64 bits: the variant (binary 10), 62 random ones.
    public let low: UInt64

    /// Of this moment, by the system's clock. Two of one millisecond come in no particular order.
    public init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        self.init(milliseconds: UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000)
    }

    /// - Parameter milliseconds: since 1970; the lower 48 bits count, which last until the year 10889.
    public init(milliseconds: UInt64) {
        var generator = SystemRandomNumberGenerator()
        let random = generator.next()
        high = milliseconds << 16 | 0x7000 | random & 0xFFF
        low = 0x8000_0000_0000_0000 | generator.next() >> 2
    }

    /// Lower-case hexadecimal in groups of 8-4-4-4-12.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = nibble < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (nibble % 16)) & 0xF)
                buffer[position] = value < 10 ? 48 + value : 87 + value
                position += 1
            }
            return position
        }
    }
}
