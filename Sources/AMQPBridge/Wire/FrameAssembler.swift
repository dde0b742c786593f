/// Puts frames together into messages: method, then header, then as many body frames as the header announced
/// (AMQP 0-9-1, 4.2.6). Pure: no socket, no C.
///
/// A body above `maxBodySize` is counted and dropped, not stored, so that a stranger's giant costs no memory.
/// Frames in an order that the protocol forbids throw; the connection cannot be trusted afterwards.
package struct FrameAssembler {
    package enum Output: Sendable {
        case delivery(Delivery)
        case returned(ReturnKey)
        case method(Method)
        case heartbeat
    }

    private enum State {
        case idle
        case awaitingHeader
        case awaitingBody
    }

    /// Only channel 0 (the connection itself) and this one are ever used.
    let channel: UInt16
    let maxBodySize: Int
    var epoch: UInt64
    // What has come of a message, in fields of its own: moved in and out of an enum they would be copied at every frame.
    private var state = State.idle
    private var method = Method.unblocked
    private var properties = MessageProperties()
    private var announced: UInt64 = 0
    private var body: [UInt8] = []
    private var received: UInt64 = 0

    package init(channel: UInt16, maxBodySize: Int, epoch: UInt64) {
        self.channel = channel
        self.maxBodySize = maxBodySize
        self.epoch = epoch
    }

    /// Takes the next frame; returns what is complete with it, if anything is.
    package mutating func accept(_ frame: consuming Frame) throws(AMQPError) -> Output? {
        switch consume frame {
        case .heartbeat:
            return .heartbeat
        case .method(let channel, let method):
            return try accept(method, on: channel)
        case .header(let channel, let size, let properties):
            guard channel == self.channel, state == .awaitingHeader else {
                throw violation("a content header that nothing announced")
            }
            self.properties = properties
            announced = size
            received = 0
            state = .awaitingBody
            return size == 0 ? finish() : nil
        case .body(let channel, let bytes):
            guard channel == self.channel, state == .awaitingBody else {
                throw violation("a body frame without a header")
            }
            return try append(bytes)
        }
    }

    private mutating func accept(_ method: consuming Method, on channel: UInt16) throws(AMQPError) -> Output? {
        // Methods of channel 0 may come between a message's frames; those of our own channel may not.
        if channel == 0 { return .method(method) }
        guard channel == self.channel else { throw violation("a frame for channel \(channel), which is not open") }
        if case .channelClose = method {
            state = .idle
            body = []
            return .method(method)
        }
        guard state == .idle else { throw violation("a method in the middle of a message") }
        switch method {
        case .deliver, .returned:
            self.method = method
            state = .awaitingHeader
            return nil
        default:
            return .method(method)
        }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(AMQPError) -> Output? {
        received += UInt64(bytes.count)
        guard received <= announced else { throw violation("a body longer than its header announced") }
        if announced <= maxBodySize {
            if bytes.count == announced {
                body = [UInt8](bytes)
            } else {
                if body.isEmpty { body.reserveCapacity(Int(announced)) }
                body.append(contentsOf: bytes)
            }
        }
        return received == announced ? finish() : nil
    }

    private mutating func finish() -> Output? {
        state = .idle
        defer { body = [] }
        switch method {
        case .deliver(let tag, let isRedelivered, let exchange, let routingKey):
            return .delivery(
                Delivery(
                    tag: DeliveryTag(epoch: epoch, value: tag), exchange: ExchangeName(exchange),
                    routingKey: RoutingKey(routingKey), isRedelivered: isRedelivered, properties: properties,
                    body: body, bodySize: announced))
        case .returned(_, _, let exchange, let routingKey):
            return .returned(
                ReturnKey(
                    messageID: properties.messageID ?? "", exchange: ExchangeName(exchange),
                    routingKey: RoutingKey(routingKey)))
        default:
            return nil
        }
    }

    private func violation(_ what: String) -> AMQPError {
        AMQPError(.protocolViolation, "the broker sent \(what)")
    }
}
