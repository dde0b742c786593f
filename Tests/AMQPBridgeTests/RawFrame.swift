@testable import AMQPBridge

/// A frame cut out of bytes by hand (AMQP 0-9-1, 4.2.3), so that the encoder is not its own judge.
struct RawFrame: Equatable {
    var type: UInt8
    var channel: UInt16
    var payload: [UInt8]

    /// Ends early at the first byte that is not where a frame should be.
    static func split(_ bytes: [UInt8]) -> [RawFrame] {
        var frames: [RawFrame] = []
        var rest = bytes[...]
        while rest.count >= 8 {
            let head = Array(rest.prefix(7))
            let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= size + 8 else { break }
            let payload = Array(rest.dropFirst(7).prefix(size))
            guard rest.dropFirst(7 + size).first == 0xCE else { break }
            frames.append(RawFrame(type: head[0], channel: UInt16(head[1]) << 8 | UInt16(head[2]), payload: payload))
            rest = rest.dropFirst(size + 8)
        }
        return frames
    }

    var bytes: [UInt8] {
        let size = UInt32(payload.count)
        let head = [type, UInt8(channel >> 8), UInt8(channel & 0xFF)]
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> UInt32($0)) }
        return head + length + payload + [0xCE]
    }
}
