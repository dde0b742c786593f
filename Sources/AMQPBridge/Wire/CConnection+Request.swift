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

    /// Sends a method of the channel and waits for its answer.
    ///
    /// - Parameters:
    ///   - what: what it is for, for errors.
    ///   - deadline: when it must be over, if not after the call timeout.
    ///   - read: takes what is needed out of the answer, whose memory does not outlive it.
    /// - Throws: what the broker says when it closes the channel or the connection instead; `timeout`;
    ///   `connectionLost`; `protocolViolation`.
    func request<Request: BitwiseCopyable, Answer: BitwiseCopyable, Value>(
        _ what: String, _ id: amqp_method_number_t, _ request: Request, answer: amqp_method_number_t,
        by deadline: ContinuousClock.Instant? = nil, _ read: (Answer) -> Value
    ) throws(AMQPError) -> Value {
        let limit = deadline.map { max(.zero, $0 - .now) } ?? callTimeout
        let end = deadline ?? .now + limit
        try sendMethod(what, Selector(channel: Self.channel, method: id), request, within: limit)
        return try awaitAnswer(what, Selector(channel: Self.channel, method: answer), by: end, read)
    }

    func request<Request: BitwiseCopyable>(
        _ what: String, _ id: amqp_method_number_t, _ request: Request, answer: amqp_method_number_t,
        by deadline: ContinuousClock.Instant? = nil
    ) throws(AMQPError) {
        // An answer with nothing of interest in it.
        try self.request(what, id, request, answer: answer, by: deadline) { (_: UInt8) in }
    }

    /// Sends a method, at most as long as the limit: a write into a full socket has no end of its own.
    func sendMethod<Request: BitwiseCopyable>(
        _ what: String, _ selector: Selector, _ request: Request, within limit: Duration
    ) throws(AMQPError) {
        var request = request
        let (status, isOverdue) = watchdog.bound(by: limit) {
            amqp_send_method(state, selector.channel, selector.method, &request)
        }
        if isOverdue { throw AMQPError(.timeout, "\(what): the broker took nothing for \(limit)") }
        guard status == AMQP_STATUS_OK.rawValue else { throw CReply.error(status: status, doing: what) }
    }

    /// Reads until the method comes. What comes before it goes to the bystander, what comes after it is left for later.
    func awaitAnswer<Answer: BitwiseCopyable, Value>(
        _ what: String, _ awaited: Selector, by deadline: ContinuousClock.Instant, _ read: (Answer) -> Value
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
                if let other = try Self.checked(frame) { try inbound.bystander?(other) }
            }
            amqp_maybe_release_buffers(state)
            try receive(by: deadline, what)
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

    private func receive(by deadline: ContinuousClock.Instant, _ what: String) throws(AMQPError) {
        repeat {
            let left = deadline - .now
            guard left > .zero else { throw AMQPError(.timeout, "\(what): the broker did not answer in time") }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, left.pollMilliseconds)
        } while try receive() == 0
    }
}
