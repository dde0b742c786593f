extension StringProtocol {
    /// True when it holds a control character (Unicode's category Cc: U+0000–1F and U+007F–9F), one of `allowed` apart.
    ///
    /// Looks at the bytes: Unicode's own tables cost more than all the rest of reading an event.
    package func holdsControl(except allowed: Unicode.Scalar? = nil) -> Bool {
        utf8.withContiguousStorageIfAvailable { $0.holdsControl(except: allowed) }
            ?? Array(utf8).withUnsafeBufferPointer { $0.holdsControl(except: allowed) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    func holdsControl(except allowed: Unicode.Scalar? = nil) -> Bool {
        let isSuspect = EightBytes.anywhere(in: self) { $0.nonASCII | $0.less(than: 0x20) | $0.equal(to: 0x7F) }
        guard isSuspect else { return false }
        var last: UInt8 = 0
        for byte in self {
            if byte < 0x20 || byte == 0x7F {
                if allowed.map({ $0.value != UInt32(byte) }) ?? true { return true }
            } else if last == 0xC2, byte < 0xA0 {
                return true
            }
            last = byte
        }
        return false
    }
}
