/// What a returned message has in common with its publishing: a `basic.return` carries no tag (AMQP 0-9-1, 1.8.3.10).
///
/// The id alone is not enough: the same event may be on its way to two places, one of which nobody listens to. Only a
/// 64-bit hash is kept, because every publishing has one and few are returned.
package struct ReturnKey: Hashable {
    private let hash: UInt64

    package init(messageID: String, exchange: ExchangeName, routingKey: RoutingKey) {
        var hash = SeededHash()
        hash.combine(messageID)
        hash.combine(exchange.rawValue)
        hash.combine(routingKey.rawValue)
        self.hash = hash.value
    }
}

/// A hash for telling apart the few messages that are in flight at the same time: two multiplications for 16 bytes, an
/// eighth of what setting up Swift's `Hasher` costs. Seeded anew in every process, so nobody can prepare two that are alike.
private struct SeededHash {
    private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

    private let factor: UInt64
    private(set) var value: UInt64

    init() { (value, factor) = Self.seed }

    mutating func combine(_ text: String) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { combine(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(text.utf8).withUnsafeBytes { combine($0) } }
    }

    private mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        for byte in bytes[offset...] { rest = rest << 8 | UInt64(byte) }
        // The length, so that no two lists of texts become the same bytes.
        mix(rest ^ UInt64(truncatingIfNeeded: bytes.count) << 56)
    }

    private mutating func mix(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: factor)
        value = product.high ^ product.low &+ 0x9E37_79B9_7F4A_7C15
    }
}
