import CRabbitMQ

/// Memory for the C values of one call: strings and tables that Swift hands to the library.
///
/// Everything made here is valid until `reset()` or the end of the arena, whichever comes first.
struct CArena: ~Copyable {
    private let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        pool = .allocate(capacity: 1)
        pool.initialize(to: amqp_pool_t())
        init_amqp_pool(pool, 4096)
    }

    deinit {
        empty_amqp_pool(pool)
        pool.deallocate()
    }

    func reset() { recycle_amqp_pool(pool) }

    func bytes(_ string: String) -> amqp_bytes_t {
        var string = string
        return string.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard source.count > 0, let start = source.baseAddress, let copy = amqp_pool_alloc(pool, source.count) else {
            return amqp_bytes_t(len: 0, bytes: nil)
        }
        copy.copyMemory(from: start, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }

    /// The table as the library wants it. Names are sorted, so that the same table always gives the same bytes.
    func table(_ table: AMQPTable) -> amqp_table_t {
        guard !table.isEmpty,
            let raw = amqp_pool_alloc(pool, table.count * MemoryLayout<amqp_table_entry_t>.stride)
        else { return amqp_table_t(num_entries: 0, entries: nil) }
        let entries = raw.bindMemory(to: amqp_table_entry_t.self, capacity: table.count)
        for (index, (name, value)) in table.sorted(by: { $0.key < $1.key }).enumerated() {
            (entries + index).initialize(to: amqp_table_entry_t(key: bytes(name), value: field(value)))
        }
        return amqp_table_t(num_entries: Int32(table.count), entries: entries)
    }

    private func field(_ value: AMQPValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .null:
            field.kind = UInt8(AMQP_FIELD_KIND_VOID.rawValue)
        case .bool(let flag):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = flag ? 1 : 0
        case .int(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = number
        case .unsigned(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            // RabbitMQ has no unsigned 64-bit field; what does not fit is clamped.
            field.value.i64 = Int64(clamping: number)
        case .double(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
            field.value.f64 = number
        case .string(let text):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = bytes(text)
        case .bytes(let content):
            field.kind = UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
            field.value.bytes = content.withUnsafeBytes { bytes($0) }
        case .timestamp(let seconds):
            field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
            field.value.u64 = seconds
        case .table(let inner):
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = table(inner)
        case .array(let values):
            field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
            field.value.array = array(values)
        }
        return field
    }

    private func array(_ values: [AMQPValue]) -> amqp_array_t {
        guard !values.isEmpty,
            let raw = amqp_pool_alloc(pool, values.count * MemoryLayout<amqp_field_value_t>.stride)
        else { return amqp_array_t(num_entries: 0, entries: nil) }
        let entries = raw.bindMemory(to: amqp_field_value_t.self, capacity: values.count)
        for (index, value) in values.enumerated() { (entries + index).initialize(to: field(value)) }
        return amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }
}
