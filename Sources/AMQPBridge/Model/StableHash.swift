/// A hash that is the same in every process and release: FNV-1a with 128 bits.
///
/// By chance, among 10^12 texts, two share one with a probability of about 10^-15; it does not keep anybody from making two on
/// purpose.
package enum StableHash {
    package static func of(_ text: String) -> UInt128 {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
        return hash
    }
}

extension FixedWidthInteger {
    /// Lower-case hexadecimal digits with leading zeros, as many as the type has room for.
    package var hexadecimal: String {
        let digits = Self.bitWidth / 4
        return String(unsafeUninitializedCapacity: digits) { text in
            for place in 0..<digits {
                let digit = UInt8(truncatingIfNeeded: self >> (4 * (digits - 1 - place))) & 0xF
                text.initializeElement(at: place, to: digit < 10 ? digit + 48 : digit + 87)
            }
            return digits
        }
    }
}
