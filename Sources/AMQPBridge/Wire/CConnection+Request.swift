import CRabbitMQ
import Glibc

// One method out, its answer in. The library encodes and decodes; the reading is ours, because the library's own waits
// on as long as anything comes, heartbeats for example, keeps everything that came meanwhile, and makes room for every
// channel number it meets.
extension CConnection {
    /// Which method on which channel.
    struct Selector {
        var channel: UInt16
        var method: amqp_method_number_t
    }

    /// Sends a method of the channel and waits for its answer, both within what is left of the budget.
    ///
    /// - Parameters:
    ///   - what: what it is for, for errors.
    ///   - read: takes what is needed out of the answer, whose memory does not outlive it.
    /// - Throws: what the broker says when it closes the channel or the connection instead; `timeout`;
    ///   `connectionLost`; `protocolViolation`.
    func request<Request: BitwiseCopyable, Answer: BitwiseCopyable, Value>(
        _ what: String, _ id: amqp_method_number_t, _ request: Request, answer: amqp_method_number_t,
        _ read: (Answer) -> Value
    ) throws(AMQPError) -> Value {
        try sendMethod(what, Selector(channel: Self.channel, method: id), request)
        return try awaitAnswer(what, Selector(channel: Self.channel, method: answer), read)
    }

    func request<Request: BitwiseCopyable>(
        _ what: String, _ id: amqp_method_number_t, _ request: Request, answer: amqp_method_number_t
    ) throws(AMQPError) {
        // An answer with nothing of interest in it.
        try self.request(what, id, request, answer: answer) { (_: UInt8) in }
    }

    /// Sends a method. A write into a full socket has no end of its own, so the watchdog sees to that.
    func sendMethod<Request: BitwiseCopyable>(
        _ what: String, _ selector: Selector, _ request: Request
    ) throws(AMQPError) {
        var request = request
        try write(what) { amqp_send_method(state, selector.channel, selector.method, &request) }
    }

    /// The first bytes of all: which protocol this is.
    func sendProtocolHeader(_ what: String) throws(AMQPError) {
        try write(what) { amqp_send_header(state) }
    }

    private func write(_ what: String, _ call: () -> Int32) throws(AMQPError) {
        let (status, isOverdue) = watchdog.bound(by: budget.left, call)
        if isOverdue { throw AMQPError(.timeout, "\(what): the broker took nothing in time") }
        guard status == AMQP_STATUS_OK.rawValue else { throw explained(CReply.error(status: status, doing: what)) }
    }

    /// Reads until the method comes. What comes before it goes to the bystander, what comes after it is left for later.
    func awaitAnswer<Answer: BitwiseCopyable, Value>(
        _ what: String, _ awaited: Selector, _ read: (Answer) -> Value
    ) throws(AMQPError) -> Value {
        var frame = amqp_frame_t()
        while true {
            while try inbound.takeFrame(state, &frame) {
                if let decoded = try Self.answer(in: frame, awaited, what) {
                    let value = read(decoded.assumingMemoryBound(to: Answer.self).pointee)
                    // Only now: what the answer points to ends here.
                    amqp_maybe_release_buffers(state)
                    return value
                }
                if let other = try checked(frame) { try inbound.bystander?(other) }
            }
            amqp_maybe_release_buffers(state)
            try receiveInTime(what)
        }
    }

    /// The answer's fields when it is one, nil for any other frame.
    private static func answer(
        in frame: amqp_frame_t, _ awaited: Selector, _ what: String
    ) throws(AMQPError) -> UnsafeMutableRawPointer? {
        guard Int32(frame.frame_type) == AMQP_FRAME_METHOD, let decoded = frame.payload.method.decoded else {
            return nil
        }
        let method = frame.payload.method
        if frame.channel == awaited.channel, method.id == awaited.method { return decoded }
        let isClose =
            frame.channel == 0
            ? method.id == AMQP_CONNECTION_CLOSE_METHOD
            : frame.channel == awaited.channel && method.id == AMQP_CHANNEL_CLOSE_METHOD
        if isClose { throw CReply.refusal(method, doing: what) }
        return nil
    }

    private func receiveInTime(_ what: String) throws(AMQPError) {
        repeat {
            let left = budget.left
            guard left > .zero else { throw AMQPError(.timeout, "\(what): the broker answered nothing in time") }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, left.pollMilliseconds)
        } while try receive() == 0
    }
}
