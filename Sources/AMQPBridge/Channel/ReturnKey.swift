/// What a returned message has in common with its publishing: a `basic.return` carries no tag (AMQP 0-9-1, 1.8.3.10).
///
/// The id alone is not enough: the same event may be on its way to two places, one of which nobody listens to. Only a
/// 64-bit hash is kept, because every publishing has one and few are returned.
package struct ReturnKey: Hashable, Sendable {
    /// Odd, unless it is nobody's.
    private let hash: UInt64

    /// Of a publishing that cannot be returned.
    package static let none = ReturnKey(hash: 0)

    private init(hash: UInt64) { self.hash = hash }

    /// From the message's own frames.
    ///
    /// - Parameters:
    ///   - id: length octet and text, or nothing for a message without one.
    ///   - names: exchange and routing key, each after its length octet.
    init(id: UnsafeRawBufferPointer, names: UnsafeRawBufferPointer) {
        var hash = SeededHash()
        hash.combine(id)
        hash.combine(names)
        self.hash = hash.value | 1
    }

    /// Texts of more than 255 bytes, which no frame holds, are cut.
    package init(messageID: String, exchange: ExchangeName, routingKey: RoutingKey) {
        func short(_ text: String) -> [UInt8] {
            let bytes = text.utf8.prefix(255)
            return [UInt8(bytes.count)] + bytes
        }
        let id = short(messageID)
        let names = short(exchange.rawValue) + short(routingKey.rawValue)
        self = id.withUnsafeBytes { id in names.withUnsafeBytes { ReturnKey(id: id, names: $0) } }
    }
}

/// A hash for telling apart the few messages that are in flight at the same time: two multiplications for 16 bytes, an
/// eighth of what setting up Swift's `Hasher` costs. Seeded anew in every process, so nobody can prepare two that are alike.
private struct SeededHash {
    private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

    private let factor: UInt64
    private(set) var value: UInt64

    init() { (value, factor) = Self.seed }

    mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        // The last eight once more instead of the odd ones one by one.
        var rest: UInt64 = 0
        if offset > 0 {
            rest = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        } else {
            for byte in bytes { rest = rest << 8 | UInt64(byte) }
        }
        mix(rest)
        // The length, so that no two lists of texts become the same bytes.
        mix(UInt64(truncatingIfNeeded: bytes.count))
    }

    private mutating func mix(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: factor)
        value = product.high ^ product.low &+ 0x9E37_79B9_7F4A_7C15
    }
}
