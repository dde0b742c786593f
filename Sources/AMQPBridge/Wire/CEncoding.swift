import CRabbitMQ

// The few frames we send outside the library's own calls (AMQP 0-9-1, 4.2: type, channel, size, payload, end octet).
// Numbers and short texts are written here, which costs a third of filling the library's structures first; tables,
// which are another matter, are left to the library's encoder.
//
// A message that breaks a limit throws before a byte of it is kept, so the stream never holds half a message.
extension OutboundBuffer {
    /// Written in one go, with room for the largest that there may be, and judged afterwards.
    ///
    /// - Parameters:
    ///   - place: where the publishing is. It is read field by field: one in an array would be copied first, which is a
    ///     tenth of all instructions of a batch.
    ///   - messageID: sent as the message's id; what the publishing itself has there is not looked at.
    /// - Returns: what a return of it would have in common with it; `none` when it cannot be returned.
    mutating func append(_ place: UnsafePointer<Publishing>, messageID: String?) throws(AMQPError) -> ReturnKey {
        let body = place.pointee.body.count
        let isMandatory = place.pointee.isMandatory
        let properties = place.pointee.properties
        let (channel, user, frameMax) = (channel, user, frameMax)
        let largest = max(1, frameMax - MessageLimits.frameOverhead)
        let tables = try MessageLimits.checkedSize(of: properties.headers)
        guard body <= MessageLimits.maxBodySize, tables <= largest else {
            throw MessageLimits.fault(place.pointee, messageID, user, frameMax)
        }
        // Most bodies fit into one frame and need no division.
        let frames = body <= largest ? 3 : 2 + (body + largest - 1) / largest
        let capacity = Self.largestMethod + Self.largestHeader + tables + body + frames * MessageLimits.frameOverhead
        return try append(capacity: capacity) { (writer) throws(AMQPError) in
            let names = writer.writeMethod(
                place.pointee.exchange, place.pointee.routingKey, isMandatory: isMandatory, channel)
            let (header, id) = try writer.writeHeader(
                properties, bodySize: body, messageID: messageID, userID: user, channel)
            guard !writer.isTextTooLong, header <= largest else {
                throw MessageLimits.fault(place.pointee, messageID, user, frameMax)
            }
            place.pointee.body.withUnsafeBytes { writer.writeBody($0, channel, largest: largest) }
            guard isMandatory else { return .none }
            return ReturnKey(id: writer.written(id), names: writer.written(names))
        }
    }

    /// Class, method, the reserved ticket, two names, bits.
    private static let largestMethod = 4 + 2 + 2 * FrameWriter.largestShort + 1
    /// Class, weight, body size, flags, the headers' length, mode, priority, timestamp and nine texts.
    private static let largestHeader = 4 + 8 + 2 + 4 + 1 + 1 + 8 + 9 * FrameWriter.largestShort

    mutating func append(_ settlement: SettlementFrame) {
        let channel = channel
        append(capacity: 21) { writer in
            let frame = writer.beginFrame(AMQP_FRAME_METHOD, channel)
            switch settlement {
            case .ack(let tag, let multiple): writer.writeSettlement(AMQP_BASIC_ACK_METHOD, tag, multiple)
            // The lowest bit of a nack is `multiple`, which is never set.
            case .nack(let tag, let requeue): writer.writeSettlement(AMQP_BASIC_NACK_METHOD, tag, requeue, bit: 1)
            case .reject(let tag, let requeue): writer.writeSettlement(AMQP_BASIC_REJECT_METHOD, tag, requeue)
            }
            writer.endFrame(from: frame)
        }
    }

    mutating func appendHeartbeat() {
        append(capacity: MessageLimits.frameOverhead) { writer in
            let frame = writer.beginFrame(AMQP_FRAME_HEARTBEAT, 0)
            writer.endFrame(from: frame)
        }
    }

    /// "Go on sending", which changes nothing and has to be answered (AMQP 0-9-1, 1.5.2.3: channel.flow).
    mutating func appendQuestion() {
        let channel = channel
        append(capacity: MessageLimits.frameOverhead + 5) { writer in
            let frame = writer.beginFrame(AMQP_FRAME_METHOD, channel)
            writer.write(UInt32(AMQP_CHANNEL_FLOW_METHOD))
            writer.write(UInt8(1))
            writer.endFrame(from: frame)
        }
    }
}

extension FrameWriter {
    /// Type, channel and size (AMQP 0-9-1, 4.2.3).
    private static let frameHeader = 7

    /// Type and channel, and room for the size that `endFrame` knows. Returns where the frame begins.
    @inline(__always)
    fileprivate mutating func beginFrame(_ type: Int32, _ channel: UInt16) -> Int {
        let start = count
        let place = take(Self.frameHeader)
        place.storeBytes(of: UInt8(truncatingIfNeeded: type), as: UInt8.self)
        (place + 1).storeBytes(of: channel.bigEndian, as: UInt16.self)
        return start
    }

    /// Returns how large its payload is.
    @inline(__always)
    @discardableResult
    fileprivate mutating func endFrame(from start: Int) -> Int {
        let payload = count - start - Self.frameHeader
        replace(at: start + 3, by: UInt32(truncatingIfNeeded: payload))
        write(UInt8(AMQP_FRAME_END))
        return payload
    }

    /// Returns where exchange and routing key are, with their length octets.
    @inline(__always)
    fileprivate mutating func writeMethod(
        _ exchange: ExchangeName, _ routingKey: RoutingKey, isMandatory: Bool, _ channel: UInt16
    ) -> Range<Int> {
        let frame = beginFrame(AMQP_FRAME_METHOD, channel)
        write(UInt32(AMQP_BASIC_PUBLISH_METHOD))
        write(UInt16(0))
        let names = count
        writeShort(exchange.rawValue)
        writeShort(routingKey.rawValue)
        let end = count
        write(UInt8(isMandatory ? 1 : 0))
        endFrame(from: frame)
        return names..<end
    }

    /// Returns how large the payload is, and where the id is, with its length octet.
    @inline(__always)
    fileprivate mutating func writeHeader(
        _ properties: borrowing MessageProperties, bodySize: Int, messageID: String?, userID: String?,
        _ channel: UInt16
    ) throws(AMQPError) -> (payload: Int, id: Range<Int>) {
        let frame = beginFrame(AMQP_FRAME_HEADER, channel)
        write(UInt32(AMQP_BASIC_CLASS) << 16)
        write(UInt64(bodySize))
        let id = try write(properties, messageID: messageID, userID: userID)
        return (endFrame(from: frame), id)
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
            let frame = beginFrame(AMQP_FRAME_BODY, channel)
            write(UnsafeRawBufferPointer(rebasing: body[offset..<end]))
            endFrame(from: frame)
            offset = end
        }
    }

    /// The property list (AMQP 0-9-1, 4.2.6.1): a bit for each that is there, then their values in the order of the bits.
    /// Returns where the id is, with its length octet.
    private mutating func write(
        _ properties: borrowing MessageProperties, messageID: String?, userID: String?
    ) throws(AMQPError) -> Range<Int> {
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
        let id = count
        writeShort(messageID, AMQP_BASIC_MESSAGE_ID_FLAG, &present)
        let idEnd = count
        if let timestamp = properties.timestamp {
            present |= AMQP_BASIC_TIMESTAMP_FLAG
            write(timestamp)
        }
        writeShort(properties.type, AMQP_BASIC_TYPE_FLAG, &present)
        writeShort(properties.userID ?? userID, AMQP_BASIC_USER_ID_FLAG, &present)
        writeShort(properties.appID, AMQP_BASIC_APP_ID_FLAG, &present)
        replace(at: flags, by: UInt16(truncatingIfNeeded: present))
        return id..<idEnd
    }

    @inline(__always)
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
