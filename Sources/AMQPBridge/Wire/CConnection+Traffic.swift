import CRabbitMQ
import Glibc

// The traffic after the set-up, without a blocking call: our own `recv` and `send` on the library's socket, frames
// cut and decoded by the library. Over TLS that socket is one end of a pair; see `TLSRelay`.
extension CConnection {
    /// Hands over the frames the library buffered or put back during its blocking calls.
    func drain(_ accept: (Frame) throws(AMQPError) -> Void) throws(AMQPError) {
        while true {
            var frame = amqp_frame_t()
            var immediately = timeval(tv_sec: 0, tv_usec: 0)
            let status = amqp_simple_wait_frame_noblock(state, &frame, &immediately)
            if status == AMQP_STATUS_TIMEOUT.rawValue { break }
            guard status == AMQP_STATUS_OK.rawValue else { throw CReply.error(status: status, doing: "reading") }
            if let frame = try Self.checked(frame) { try accept(frame) }
        }
        amqp_maybe_release_buffers(state)
    }

    /// Reads once and hands over every whole frame; returns the bytes read, 0 when the socket held none.
    func read(_ accept: (Frame) throws(AMQPError) -> Void) throws(AMQPError) -> Int {
        let count = recv(descriptor, input.baseAddress, input.count, Int32(MSG_DONTWAIT))
        if count < 0 {
            if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR { return 0 }
            throw AMQPError(.connectionLost, "the connection broke: \(String(cString: strerror(errno)))")
        }
        guard count > 0 else { throw AMQPError(.connectionLost, "the broker closed the connection") }
        var offset = 0
        while offset < count {
            var frame = amqp_frame_t()
            let rest = amqp_bytes_t(len: count - offset, bytes: input.baseAddress.map { $0 + offset })
            let used = amqp_handle_input(state, rest, &frame)
            guard used >= 0 else { throw CReply.error(status: used, doing: "reading") }
            offset += Int(used)
            if frame.frame_type != 0 {
                if let frame = try Self.checked(frame) { try accept(frame) }
            } else if amqp_release_buffers_ok(state) != 0 {
                // The library passes over a whole frame of a type it does not know without a word.
                throw AMQPError(.protocolViolation, "the broker sent a frame of an unknown type")
            } else if used == 0 {
                break
            }
        }
        amqp_maybe_release_buffers(state)
        return count
    }

    /// What the library does not look at, although it keeps memory for every channel number it meets and decodes the
    /// properties of other classes into smaller structures.
    private static func checked(_ frame: amqp_frame_t) throws(AMQPError) -> Frame? {
        guard frame.channel <= (Int32(frame.frame_type) == AMQP_FRAME_HEARTBEAT ? 0 : channel) else {
            throw AMQPError(
                .protocolViolation, "the broker sent a frame for channel \(frame.channel), which is not open")
        }
        if Int32(frame.frame_type) == AMQP_FRAME_HEADER, Int32(frame.payload.properties.class_id) != AMQP_BASIC_CLASS {
            throw AMQPError(
                .protocolViolation, "the broker sent a message of class \(frame.payload.properties.class_id)")
        }
        return Frame(frame)
    }

    /// Writes what the socket takes of the bytes; returns how many that was, 0 when it is full.
    func write(_ bytes: UnsafeRawBufferPointer) throws(AMQPError) -> Int {
        let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR { return 0 }
        throw AMQPError(.connectionLost, "the connection broke: \(String(cString: strerror(errno)))")
    }

    /// Ends the connection at once, for both sides; the descriptor itself is freed with the connection.
    func shutdown() {
        watchdog.shutdown()
    }
}
