import CRabbitMQ

/// Bytes on their way to the socket: whole frames, encoded by the library's own encoders, many per write.
///
/// rabbitmq-c's `amqp_basic_publish` makes three system calls a message; from here one `send` takes all that waits.
/// A message that breaks a limit throws before a byte of it is appended, so the stream never holds half a message.
struct OutboundBuffer: ~Copyable {
    private(set) var bytes: [UInt8] = []
    private let arena = CArena()
    private let channel: UInt16
    private let frameMax: Int

    /// - Parameter frameMax: the negotiated frame size in bytes, frame header and end octet included.
    init(channel: UInt16, frameMax: Int) {
        self.channel = channel
        self.frameMax = frameMax
    }

    var isEmpty: Bool { bytes.isEmpty }

    /// Hands over everything appended so far and starts again in `replacement`'s memory.
    mutating func take(replacing replacement: inout [UInt8]) {
        replacement.removeAll(keepingCapacity: true)
        swap(&bytes, &replacement)
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ publishing: Publishing) throws(AMQPError) {
        try MessageLimits.check(publishing, frameMax: frameMax)
        defer { arena.reset() }
        let start = bytes.count
        var method = amqp_basic_publish_t()
        method.exchange = arena.bytes(publishing.exchange.rawValue)
        method.routing_key = arena.bytes(publishing.routingKey.rawValue)
        method.mandatory = publishing.isMandatory ? 1 : 0
        let size = 16 + publishing.exchange.rawValue.utf8.count + publishing.routingKey.rawValue.utf8.count
        try appendMethod(AMQP_BASIC_PUBLISH_METHOD, &method, capacity: size, rollback: start)
        try appendHeader(publishing, rollback: start)
        appendBody(publishing.body)
    }

    mutating func append(_ settlement: SettlementFrame) throws(AMQPError) {
        let start = bytes.count
        switch settlement {
        case .ack(let tag, let multiple):
            var method = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
            try appendMethod(AMQP_BASIC_ACK_METHOD, &method, capacity: 16, rollback: start)
        case .nack(let tag, let requeue):
            var method = amqp_basic_nack_t(delivery_tag: tag, multiple: 0, requeue: requeue ? 1 : 0)
            try appendMethod(AMQP_BASIC_NACK_METHOD, &method, capacity: 16, rollback: start)
        case .reject(let tag, let requeue):
            var method = amqp_basic_reject_t(delivery_tag: tag, requeue: requeue ? 1 : 0)
            try appendMethod(AMQP_BASIC_REJECT_METHOD, &method, capacity: 16, rollback: start)
        }
    }

    mutating func appendHeartbeat() {
        bytes.append(contentsOf: [UInt8(AMQP_FRAME_HEARTBEAT), 0, 0, 0, 0, 0, 0, UInt8(AMQP_FRAME_END)])
    }

    private mutating func appendMethod<T: BitwiseCopyable>(
        _ number: amqp_method_number_t, _ method: inout T, capacity: Int, rollback: Int
    ) throws(AMQPError) {
        let frame = bytes.count
        appendFrameStart(type: AMQP_FRAME_METHOD)
        appendBigEndian(number)
        let encoded = encode(capacity: capacity) { amqp_encode_method(number, &method, $0) }
        try finishFrame(at: frame, encoded: encoded, rollback: rollback)
    }

    private mutating func appendHeader(_ publishing: Publishing, rollback: Int) throws(AMQPError) {
        let frame = bytes.count
        appendFrameStart(type: AMQP_FRAME_HEADER)
        appendBigEndian(UInt16(AMQP_BASIC_CLASS))
        appendBigEndian(UInt16(0))
        appendBigEndian(UInt64(publishing.body.count))
        var properties = arena.properties(publishing.properties)
        let capacity = MessageLimits.encodedSize(publishing.properties)
        let encoded = encode(capacity: capacity) {
            amqp_encode_properties(UInt16(AMQP_BASIC_CLASS), &properties, $0)
        }
        try finishFrame(at: frame, encoded: encoded, rollback: rollback)
    }

    private mutating func appendBody(_ body: [UInt8]) {
        let largest = frameMax - MessageLimits.frameOverhead
        var offset = 0
        while offset < body.count {
            let end = min(offset + largest, body.count)
            appendFrameStart(type: AMQP_FRAME_BODY, size: UInt32(end - offset))
            bytes.append(contentsOf: body[offset..<end])
            bytes.append(UInt8(AMQP_FRAME_END))
            offset = end
        }
    }

    /// Runs one of the library's encoders on `capacity` fresh bytes and keeps as many as it used.
    private mutating func encode(capacity: Int, _ encoder: (amqp_bytes_t) -> Int32) -> Int32 {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: capacity))
        let used = bytes.withUnsafeMutableBytes { buffer in
            encoder(amqp_bytes_t(len: capacity, bytes: buffer.baseAddress.map { $0 + start }))
        }
        bytes.removeLast(capacity - max(0, Int(used)))
        return used
    }

    private mutating func finishFrame(at frame: Int, encoded: Int32, rollback: Int) throws(AMQPError) {
        guard encoded >= 0 else {
            bytes.removeLast(bytes.count - rollback)
            throw AMQPError(.tooLarge, "a frame could not be encoded: \(CReply.text(encoded))")
        }
        let size = UInt32(bytes.count - frame - 7)
        for index in 0..<4 { bytes[frame + 3 + index] = UInt8(truncatingIfNeeded: size >> (24 - 8 * UInt32(index))) }
        bytes.append(UInt8(AMQP_FRAME_END))
    }

    private mutating func appendFrameStart(type: Int32, size: UInt32 = 0) {
        bytes.append(UInt8(type))
        appendBigEndian(channel)
        appendBigEndian(size)
    }

    private mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

extension CArena {
    fileprivate func properties(_ source: MessageProperties) -> amqp_basic_properties_t {
        var target = amqp_basic_properties_t()
        // Apart from `target`: `set` holds one of its fields inout, and Swift traps on a second access meanwhile.
        var flags: amqp_flags_t = 0
        func set(_ value: String?, _ flag: Int32, _ field: inout amqp_bytes_t) {
            guard let value else { return }
            flags |= amqp_flags_t(flag)
            field = bytes(value)
        }
        set(source.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, &target.content_type)
        set(source.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, &target.content_encoding)
        set(source.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, &target.correlation_id)
        set(source.replyTo, AMQP_BASIC_REPLY_TO_FLAG, &target.reply_to)
        set(source.expiration, AMQP_BASIC_EXPIRATION_FLAG, &target.expiration)
        set(source.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, &target.message_id)
        set(source.type, AMQP_BASIC_TYPE_FLAG, &target.type)
        set(source.userID, AMQP_BASIC_USER_ID_FLAG, &target.user_id)
        set(source.appID, AMQP_BASIC_APP_ID_FLAG, &target.app_id)
        if !source.headers.isEmpty {
            flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
            target.headers = table(source.headers)
        }
        flags |= amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        target.delivery_mode = source.isPersistent ? 2 : 1
        if let priority = source.priority {
            flags |= amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG)
            target.priority = priority
        }
        if let timestamp = source.timestamp {
            flags |= amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
            target.timestamp = timestamp
        }
        target._flags = flags
        return target
    }
}
