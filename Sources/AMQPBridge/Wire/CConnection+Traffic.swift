import CRabbitMQ
import Glibc

// The traffic after the set-up, without a blocking call: our own `recv` and `send` on the library's socket, frames
// cut and decoded by the library. Over TLS that socket is one end of a pair; see `TLSRelay`.
extension CConnection {
    /// Hands over the frames that came together with an answer.
    func drain(_ accept: (consuming Frame) throws(AMQPError) -> Void) throws(AMQPError) {
        var frame = amqp_frame_t()
        while try inbound.takeFrame(state, &frame) {
            if let frame = try checked(frame) { try accept(frame) }
        }
        amqp_maybe_release_buffers(state)
    }

    /// Takes what the socket has; returns the bytes read, 0 when it held none.
    func receive() throws(AMQPError) -> Int {
        let room = inbound.room
        let count = recv(descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        if count < 0 {
            if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR { return 0 }
            throw broken()
        }
        guard count > 0 else { throw explained(AMQPError(.connectionLost, "the broker closed the connection")) }
        inbound.fill(count)
        return count
    }

    /// What the library does not look at, although it keeps memory for every channel number it meets and decodes the
    /// properties of other classes into smaller structures.
    func checked(_ frame: amqp_frame_t) throws(AMQPError) -> Frame? {
        guard frame.channel <= (Int32(frame.frame_type) == AMQP_FRAME_HEARTBEAT ? 0 : Self.channel) else {
            throw AMQPError(
                .protocolViolation, "the broker sent a frame for channel \(frame.channel), which is not open")
        }
        if Int32(frame.frame_type) == AMQP_FRAME_HEADER, Int32(frame.payload.properties.class_id) != AMQP_BASIC_CLASS {
            throw AMQPError(
                .protocolViolation, "the broker sent a message of class \(frame.payload.properties.class_id)")
        }
        return Frame(frame, usualTexts)
    }

    /// Writes what the socket takes of the bytes; returns how many that was, 0 when it is full.
    func write(_ bytes: UnsafeRawBufferPointer) throws(AMQPError) -> Int {
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR { return 0 }
        throw broken()
    }

    private func broken() -> AMQPError {
        explained(AMQPError(.connectionLost, "the connection broke: \(SystemError.last.text)"))
    }

    /// Ends the connection at once, for both sides; the descriptor itself is freed with the connection.
    func shutdown() {
        watchdog.shutdown()
    }
}
