import Testing

@testable import AMQPBridge

/// The one way by which the tests reach the encoder, so that they judge its bytes and not its shape.
enum Encoding {
    static func bytes(of publishing: Publishing, frameMax: Int, after earlier: [Publishing] = []) throws -> [UInt8] {
        var buffer = OutboundBuffer(channel: 1, frameMax: frameMax)
        for publishing in earlier { try append(publishing, to: &buffer) }
        try append(publishing, to: &buffer)
        return buffer.bytes
    }

    @discardableResult
    static func append(_ publishing: Publishing, to buffer: inout OutboundBuffer) throws -> ReturnKey {
        try withUnsafePointer(to: publishing) { (place) throws(AMQPError) in
            try buffer.append(place, messageID: publishing.properties.messageID)
        }
    }

    /// Bytes of the content header's whole frame.
    static func headerFrameSize(of publishing: Publishing, frameMax: Int) throws -> Int {
        let frames = RawFrame.split(try bytes(of: publishing, frameMax: frameMax))
        return try #require(frames.first { $0.type == 2 }).bytes.count
    }
}

extension OutboundBuffer {
    /// What has not been written yet.
    var bytes: [UInt8] { withUnwritten { [UInt8]($0) } }
}
