import CRabbitMQ

// The few frames we send outside the library's own calls (AMQP 0-9-1, 4.2: type, channel, size, payload, end octet).
// Numbers and short texts are written here, which costs a third of filling the library's structures first; tables,
// which are another matter, are left to the library's encoder.
//
// A message that breaks a limit throws before a byte of it is kept, so the stream never holds half a message.
extension OutboundBuffer {
    /// - Parameter messageID: sent as the message's id; what the publishing itself has there is not looked at.
    mutating func append(_ publishing: borrowing Publishing, messageID: String?) throws(AMQPError) {
        let user = publishing.properties.userID ?? user
        let header = try MessageLimits.check(publishing, messageID: messageID, userID: user, frameMax: frameMax)
        let names = publishing.exchange.rawValue.utf8.count + publishing.routingKey.rawValue.utf8.count
        let method = 4 + 2 + 1 + 1 + 1 + names
        let largest = frameMax - MessageLimits.frameOverhead
        let frames = 2 + (publishing.body.count + largest - 1) / largest
        let channel = channel
        let capacity = method + header + publishing.body.count + frames * MessageLimits.frameOverhead
        try append(capacity: capacity) { (writer) throws(AMQPError) in
            writer.beginFrame(AMQP_FRAME_METHOD, channel)
            writer.write(UInt32(AMQP_BASIC_PUBLISH_METHOD))
            writer.write(UInt16(0))
            writer.writeShort(publishing.exchange.rawValue)
            writer.writeShort(publishing.routingKey.rawValue)
            writer.write(UInt8(publishing.isMandatory ? 1 : 0))
            writer.endFrame()
            writer.beginFrame(AMQP_FRAME_HEADER, channel)
            writer.write(UInt32(AMQP_BASIC_CLASS) << 16)
            writer.write(UInt64(publishing.body.count))
            try writer.write(publishing.properties, messageID: messageID, userID: user)
            writer.endFrame()
            publishing.body.withUnsafeBytes { writer.writeBody($0, channel, largest: largest) }
        }
    }

    mutating func append(_ settlement: SettlementFrame) {
        let channel = channel
        append(capacity: 21) { writer in
            writer.beginFrame(AMQP_FRAME_METHOD, channel)
            switch settlement {
            case .ack(let tag, let multiple): writer.writeSettlement(AMQP_BASIC_ACK_METHOD, tag, multiple)
            // The lowest bit of a nack is `multiple`, which is never set.
            case .nack(let tag, let requeue): writer.writeSettlement(AMQP_BASIC_NACK_METHOD, tag, requeue, bit: 1)
            case .reject(let tag, let requeue): writer.writeSettlement(AMQP_BASIC_REJECT_METHOD, tag, requeue)
            }
            writer.endFrame()
        }
    }

    mutating func appendHeartbeat() {
        append(capacity: MessageLimits.frameOverhead) { writer in
            writer.beginFrame(AMQP_FRAME_HEARTBEAT, 0)
            writer.endFrame()
        }
    }

    /// "Go on sending", which changes nothing and has to be answered (AMQP 0-9-1, 1.5.2.3: channel.flow).
    mutating func appendQuestion() {
        let channel = channel
        append(capacity: MessageLimits.frameOverhead + 5) { writer in
            writer.beginFrame(AMQP_FRAME_METHOD, channel)
            writer.write(UInt32(AMQP_CHANNEL_FLOW_METHOD))
            writer.write(UInt8(1))
            writer.endFrame()
        }
    }
}

extension FrameWriter {
    fileprivate mutating func beginFrame(_ type: Int32, _ channel: UInt16) {
        frameStart = count
        write(UInt8(truncatingIfNeeded: type))
        write(channel)
        write(UInt32(0))
    }

    fileprivate mutating func endFrame() {
        replace(at: frameStart + 3, by: UInt32(truncatingIfNeeded: count - frameStart - 7))
        write(UInt8(AMQP_FRAME_END))
    }

    fileprivate mutating func writeSettlement(
        _ method: amqp_method_number_t, _ tag: UInt64, _ flag: Bool, bit: UInt8 = 0
    ) {
        write(method)
        write(tag)
        write(UInt8(flag ? 1 : 0) << bit)
    }

    fileprivate mutating func writeBody(_ body: UnsafeRawBufferPointer, _ channel: UInt16, largest: Int) {
        var offset = 0
        while offset < body.count {
            let end = min(offset + largest, body.count)
            beginFrame(AMQP_FRAME_BODY, channel)
            write(UnsafeRawBufferPointer(rebasing: body[offset..<end]))
            endFrame()
            offset = end
        }
    }

    /// The property list (AMQP 0-9-1, 4.2.6.1): a bit for each that is there, then their values in the order of the bits.
    fileprivate mutating func write(
        _ properties: MessageProperties, messageID: String?, userID: String?
    ) throws(AMQPError) {
        let flags = count
        var present = AMQP_BASIC_DELIVERY_MODE_FLAG
        write(UInt16(0))
        writeShort(properties.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, &present)
        writeShort(properties.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, &present)
        if !properties.headers.isEmpty {
            present |= AMQP_BASIC_HEADERS_FLAG
            try write(properties.headers)
        }
        write(UInt8(properties.isPersistent ? 2 : 1))
        if let priority = properties.priority {
            present |= AMQP_BASIC_PRIORITY_FLAG
            write(priority)
        }
        writeShort(properties.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, &present)
        writeShort(properties.replyTo, AMQP_BASIC_REPLY_TO_FLAG, &present)
        writeShort(properties.expiration, AMQP_BASIC_EXPIRATION_FLAG, &present)
        writeShort(messageID, AMQP_BASIC_MESSAGE_ID_FLAG, &present)
        if let timestamp = properties.timestamp {
            present |= AMQP_BASIC_TIMESTAMP_FLAG
            write(timestamp)
        }
        writeShort(properties.type, AMQP_BASIC_TYPE_FLAG, &present)
        writeShort(userID, AMQP_BASIC_USER_ID_FLAG, &present)
        writeShort(properties.appID, AMQP_BASIC_APP_ID_FLAG, &present)
        replace(at: flags, by: UInt16(truncatingIfNeeded: present))
    }

    private mutating func writeShort(_ text: String?, _ flag: Int32, _ present: inout Int32) {
        guard let text else { return }
        present |= flag
        writeShort(text)
    }

    private mutating func write(_ table: AMQPTable) throws(AMQPError) {
        let arena = CArena()
        var entries = arena.table(table)
        try writeRest { (memory) throws(AMQPError) in
            var used = 0
            let status = amqp_encode_table(
                amqp_bytes_t(len: memory.count, bytes: memory.baseAddress), &entries, &used)
            guard status >= 0 else {
                throw AMQPError(.tooLarge, "the message's headers could not be encoded: \(CReply.text(status))")
            }
            return used
        }
    }
}
