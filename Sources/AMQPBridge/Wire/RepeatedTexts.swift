import CRabbitMQ
import Glibc

/// The texts that most messages of a queue have in common, as exchange, routing key, type and sender: each is made once
/// and then found again, which costs a third.
///
/// A table of a few places. Whoever sends ever new texts only makes them cost what they cost anyway.
final class RepeatedTexts {
    private static let places = 16

    private var texts = Array(repeating: "", count: places)

    func text(_ bytes: amqp_bytes_t) -> String {
        let bytes = UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)
        guard let last = bytes.last else { return "" }
        // Texts of one kind differ in their length or at their end, mostly.
        let place = (bytes.count &+ Int(last) &* 7) & (Self.places - 1)
        if Self.isSame(texts[place], bytes) { return texts[place] }
        let text = String(decoding: bytes, as: UTF8.self)
        texts[place] = text
        return text
    }

    private static func isSame(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        text.utf8.count == bytes.count
            && text.utf8.withContiguousStorageIfAvailable { text in
                guard let one = text.baseAddress, let other = bytes.baseAddress else { return false }
                return memcmp(one, other, bytes.count) == 0
            } ?? false
    }
}
