import CRabbitMQ

/// What one `recv` brought, and how much of it has been looked at.
///
/// A class, so that whoever borrows the connection can go on where another stopped. Only the I/O thread has it.
final class Inbound {
    /// Takes the frames that come while a request waits for its answer; without one they are dropped.
    typealias Bystander = (consuming Frame) throws(AMQPError) -> Void

    private let memory: UnsafeMutableRawBufferPointer
    private var next = 0
    private var end = 0
    var bystander: Bystander?

    init(size: Int) { memory = .allocate(byteCount: size, alignment: 16) }

    deinit { memory.deallocate() }

    /// True when all of it has been looked at.
    var isEmpty: Bool { next == end }

    /// Room for the next bytes. Only while it is empty.
    var room: UnsafeMutableRawBufferPointer { memory }

    func fill(_ count: Int) {
        next = 0
        end = count
    }

    /// Cuts the next whole frame off; false when there is none, and half a frame is with the library.
    ///
    /// What the frame points to stays until the library's buffers are released.
    func takeFrame(_ state: amqp_connection_state_t, _ frame: inout amqp_frame_t) throws(AMQPError) -> Bool {
        let end = end
        while next < end {
            let start = next
            let rest = amqp_bytes_t(len: end - start, bytes: memory.baseAddress.map { $0 + start })
            let used = amqp_handle_input(state, rest, &frame)
            guard used >= 0 else { throw CReply.error(status: used, doing: "reading") }
            next = start + Int(used)
            if frame.frame_type != 0 { return true }
            // The library passes over a whole frame of a type it does not know without a word.
            guard used > 0, amqp_release_buffers_ok(state) == 0 else {
                throw AMQPError(.protocolViolation, "the broker sent a frame of an unknown type")
            }
        }
        return false
    }
}
