import CRabbitMQ

// C values into Swift values. Everything is copied: the library's memory is reused after the next frame.

extension String {
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension MessageProperties {
    /// - Parameter usual: where texts are looked for that most messages have in common.
    init(_ source: amqp_basic_properties_t, _ usual: RepeatedTexts) {
        func has(_ flag: Int32) -> Bool { source._flags & amqp_flags_t(flag) != 0 }
        func common(_ flag: Int32, _ value: amqp_bytes_t) -> String? { has(flag) ? usual.text(value) : nil }
        func own(_ flag: Int32, _ value: amqp_bytes_t) -> String? { has(flag) ? String(value) : nil }
        self.init(
            Fields(
                contentType: common(AMQP_BASIC_CONTENT_TYPE_FLAG, source.content_type),
                contentEncoding: common(AMQP_BASIC_CONTENT_ENCODING_FLAG, source.content_encoding),
                headers: has(AMQP_BASIC_HEADERS_FLAG) ? AMQPTable(source.headers) : [:],
                isPersistent: has(AMQP_BASIC_DELIVERY_MODE_FLAG) && source.delivery_mode == 2,
                priority: has(AMQP_BASIC_PRIORITY_FLAG) ? source.priority : nil,
                correlationID: own(AMQP_BASIC_CORRELATION_ID_FLAG, source.correlation_id),
                replyTo: own(AMQP_BASIC_REPLY_TO_FLAG, source.reply_to),
                expiration: own(AMQP_BASIC_EXPIRATION_FLAG, source.expiration),
                messageID: own(AMQP_BASIC_MESSAGE_ID_FLAG, source.message_id),
                timestamp: has(AMQP_BASIC_TIMESTAMP_FLAG) ? source.timestamp : nil,
                type: common(AMQP_BASIC_TYPE_FLAG, source.type),
                userID: common(AMQP_BASIC_USER_ID_FLAG, source.user_id),
                appID: common(AMQP_BASIC_APP_ID_FLAG, source.app_id)))
    }
}

extension AMQPTable {
    /// Deeper tables than any honest sender makes are cut off rather than followed.
    private static let maxDepth = 16

    init(_ source: amqp_table_t) { self.init(source, depth: 0) }

    fileprivate init(_ source: amqp_table_t, depth: Int) {
        self.init()
        guard depth < Self.maxDepth, let entries = source.entries else { return }
        for entry in UnsafeBufferPointer(start: entries, count: Int(source.num_entries)) {
            self[String(entry.key)] = AMQPValue(entry.value, depth: depth)
        }
    }
}

extension AMQPValue {
    fileprivate init(_ field: amqp_field_value_t, depth: Int) {
        switch UInt32(field.kind) {
        case AMQP_FIELD_KIND_BOOLEAN.rawValue: self = .bool(field.value.boolean != 0)
        case AMQP_FIELD_KIND_I8.rawValue: self = .int(Int64(field.value.i8))
        case AMQP_FIELD_KIND_U8.rawValue: self = .int(Int64(field.value.u8))
        case AMQP_FIELD_KIND_I16.rawValue: self = .int(Int64(field.value.i16))
        case AMQP_FIELD_KIND_U16.rawValue: self = .int(Int64(field.value.u16))
        case AMQP_FIELD_KIND_I32.rawValue: self = .int(Int64(field.value.i32))
        case AMQP_FIELD_KIND_U32.rawValue: self = .int(Int64(field.value.u32))
        case AMQP_FIELD_KIND_I64.rawValue: self = .int(field.value.i64)
        case AMQP_FIELD_KIND_U64.rawValue: self = .unsigned(field.value.u64)
        case AMQP_FIELD_KIND_F32.rawValue: self = .double(Double(field.value.f32))
        case AMQP_FIELD_KIND_F64.rawValue: self = .double(field.value.f64)
        case AMQP_FIELD_KIND_UTF8.rawValue: self = .string(String(field.value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP.rawValue: self = .timestamp(field.value.u64)
        case AMQP_FIELD_KIND_TABLE.rawValue: self = .table(AMQPTable(field.value.table, depth: depth + 1))
        case AMQP_FIELD_KIND_ARRAY.rawValue: self = .array(Self.array(field.value.array, depth: depth + 1))
        case AMQP_FIELD_KIND_BYTES.rawValue:
            let bytes = field.value.bytes
            self = .bytes([UInt8](UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)))
        default: self = .null
        }
    }

    private static func array(_ source: amqp_array_t, depth: Int) -> [AMQPValue] {
        guard depth < 16, let entries = source.entries else { return [] }
        return UnsafeBufferPointer(start: entries, count: Int(source.num_entries)).map { AMQPValue($0, depth: depth) }
    }
}

extension Frame {
    /// Nil for what we have no use for.
    init?(_ frame: amqp_frame_t, _ usual: RepeatedTexts) {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            self = .method(channel: frame.channel, Method(frame.payload.method, usual))
        case AMQP_FRAME_HEADER:
            guard let decoded = frame.payload.properties.decoded else { return nil }
            let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            self = .header(
                channel: frame.channel, bodySize: frame.payload.properties.body_size,
                properties: MessageProperties(properties, usual))
        case AMQP_FRAME_BODY:
            let fragment = frame.payload.body_fragment
            self = .body(
                channel: frame.channel, UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
        case AMQP_FRAME_HEARTBEAT:
            self = .heartbeat
        default:
            return nil
        }
    }
}

extension Method {
    fileprivate init(_ method: amqp_method_t, _ usual: RepeatedTexts) {
        guard let decoded = method.decoded else {
            self = .other(method.id)
            return
        }
        func fields<T>(_: T.Type) -> T { decoded.assumingMemoryBound(to: T.self).pointee }
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let it = fields(amqp_basic_deliver_t.self)
            self = .deliver(
                tag: it.delivery_tag, isRedelivered: it.redelivered != 0, exchange: usual.text(it.exchange),
                routingKey: usual.text(it.routing_key))
        case AMQP_BASIC_RETURN_METHOD:
            let it = fields(amqp_basic_return_t.self)
            self = .returned(
                replyCode: it.reply_code, replyText: String(it.reply_text), exchange: String(it.exchange),
                routingKey: String(it.routing_key))
        case AMQP_BASIC_ACK_METHOD:
            let it = fields(amqp_basic_ack_t.self)
            self = .ack(tag: it.delivery_tag, multiple: it.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let it = fields(amqp_basic_nack_t.self)
            self = .nack(tag: it.delivery_tag, multiple: it.multiple != 0)
        case AMQP_BASIC_CANCEL_METHOD:
            self = .cancel(consumerTag: String(fields(amqp_basic_cancel_t.self).consumer_tag))
        case AMQP_CONNECTION_BLOCKED_METHOD:
            self = .blocked(reason: String(fields(amqp_connection_blocked_t.self).reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            self = .unblocked
        case AMQP_CHANNEL_CLOSE_METHOD:
            let it = fields(amqp_channel_close_t.self)
            self = .channelClose(replyCode: it.reply_code, replyText: String(it.reply_text))
        case AMQP_CONNECTION_CLOSE_METHOD:
            let it = fields(amqp_connection_close_t.self)
            self = .connectionClose(replyCode: it.reply_code, replyText: String(it.reply_text))
        default:
            self = .other(method.id)
        }
    }
}
