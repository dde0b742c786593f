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
        case awaitingHeader(Method)
        case awaitingBody(Method, MessageProperties, announced: UInt64, received: UInt64, body: [UInt8])
    }

    /// Only channel 0 (the connection itself) and this one are ever used.
    let channel: UInt16
    let maxBodySize: Int
    var epoch: UInt64
    private var state = State.idle

    package init(channel: UInt16, maxBodySize: Int, epoch: UInt64) {
        self.channel = channel
        self.maxBodySize = maxBodySize
        self.epoch = epoch
    }

    /// Takes the next frame; returns what is complete with it, if anything is.
    package mutating func accept(_ frame: Frame) throws(AMQPError) -> Output? {
        switch frame {
        case .heartbeat:
            return .heartbeat
        case .method(let channel, let method):
            return try accept(method, on: channel)
        case .header(let channel, let size, let properties):
            guard channel == self.channel, case .awaitingHeader(let method) = state else {
                throw violation("a content header that nothing announced")
            }
            if size == 0 { return finish(method, properties, body: [], size: 0) }
            var body: [UInt8] = []
            if size <= maxBodySize { body.reserveCapacity(Int(size)) }
            state = .awaitingBody(method, properties, announced: size, received: 0, body: body)
            return nil
        case .body(let channel, let bytes):
            guard channel == self.channel, case .awaitingBody = state else {
                throw violation("a body frame without a header")
            }
            return try append(bytes)
        }
    }

    private mutating func accept(_ method: Method, on channel: UInt16) throws(AMQPError) -> Output? {
        // Methods of channel 0 may come between a message's frames; those of our own channel may not.
        if channel == 0 { return .method(method) }
        guard channel == self.channel else { throw violation("a frame for channel \(channel), which is not open") }
        if case .channelClose = method {
            state = .idle
            return .method(method)
        }
        guard case .idle = state else { throw violation("a method in the middle of a message") }
        switch method {
        case .deliver, .returned:
            state = .awaitingHeader(method)
            return nil
        default:
            return .method(method)
        }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(AMQPError) -> Output? {
        guard case .awaitingBody(let method, let properties, let announced, let received, var body) = state else {
            return nil
        }
        state = .idle  // lets go of the array, so that appending does not copy it
        let total = received + UInt64(bytes.count)
        guard total <= announced else { throw violation("a body longer than its header announced") }
        if announced <= maxBodySize { body.append(contentsOf: bytes) }
        if total == announced { return finish(method, properties, body: body, size: announced) }
        state = .awaitingBody(method, properties, announced: announced, received: total, body: body)
        return nil
    }

    private mutating func finish(
        _ method: Method, _ properties: MessageProperties, body: [UInt8], size: UInt64
    ) -> Output? {
        state = .idle
        switch method {
        case .deliver(let tag, let isRedelivered, let exchange, let routingKey):
            return .delivery(
                Delivery(
                    tag: DeliveryTag(epoch: epoch, value: tag), exchange: ExchangeName(exchange),
                    routingKey: RoutingKey(routingKey), isRedelivered: isRedelivered, properties: properties,
                    body: body, bodySize: size))
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
