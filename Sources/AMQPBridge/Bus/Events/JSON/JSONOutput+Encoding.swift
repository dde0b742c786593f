// An output as Swift's encoding sees it.
struct JSONWriter: Encoder {
    let output: JSONOutput

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        output.openObject()
        return KeyedEncodingContainer(JSONFieldWriter(output: output))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        output.openArray()
        return JSONElementWriter(output: output)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        output.openSingle()
        return self
    }
}

extension JSONOutput {
    /// For containers within containers that nobody closes: their text is never used.
    fileprivate var doubtful: JSONWriter {
        _ = doubt()
        return JSONWriter(output: self)
    }
}

extension JSONWriter: SingleValueEncodingContainer {
    func encodeNil() { output.writeNull() }
    func encode(_ value: Bool) { output.write(value) }
    func encode(_ value: String) { output.write(value) }
    func encode(_ value: Double) throws { try output.write(value) }
    func encode(_ value: Float) throws { throw output.doubt() }
    func encode(_ value: Int) { output.write(value) }
    func encode(_ value: Int8) { output.write(value) }
    func encode(_ value: Int16) { output.write(value) }
    func encode(_ value: Int32) { output.write(value) }
    func encode(_ value: Int64) { output.write(value) }
    func encode(_ value: UInt) { output.write(value) }
    func encode(_ value: UInt8) { output.write(value) }
    func encode(_ value: UInt16) { output.write(value) }
    func encode(_ value: UInt32) { output.write(value) }
    func encode(_ value: UInt64) { output.write(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try output.encode(value) }
}

private struct JSONFieldWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput

    var codingPath: [any CodingKey] { [] }

    @inline(__always)
    private func field(_ key: Key) -> JSONOutput { output.field(key.stringValue) }

    func encodeNil(forKey key: Key) { field(key).writeNull() }
    func encode(_ value: Bool, forKey key: Key) { field(key).write(value) }
    func encode(_ value: String, forKey key: Key) { field(key).write(value) }
    func encode(_ value: Double, forKey key: Key) throws { try field(key).write(value) }
    func encode(_ value: Float, forKey key: Key) throws { throw output.doubt() }
    func encode(_ value: Int, forKey key: Key) { field(key).write(value) }
    func encode(_ value: Int8, forKey key: Key) { field(key).write(value) }
    func encode(_ value: Int16, forKey key: Key) { field(key).write(value) }
    func encode(_ value: Int32, forKey key: Key) { field(key).write(value) }
    func encode(_ value: Int64, forKey key: Key) { field(key).write(value) }
    func encode(_ value: UInt, forKey key: Key) { field(key).write(value) }
    func encode(_ value: UInt8, forKey key: Key) { field(key).write(value) }
    func encode(_ value: UInt16, forKey key: Key) { field(key).write(value) }
    func encode(_ value: UInt32, forKey key: Key) { field(key).write(value) }
    func encode(_ value: UInt64, forKey key: Key) { field(key).write(value) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try field(key).encode(value) }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Other> { field(key).doubtful.container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        field(key).doubtful.unkeyedContainer()
    }
    func superEncoder() -> any Encoder { output.doubtful }
    func superEncoder(forKey key: Key) -> any Encoder { field(key).doubtful }
}

private struct JSONElementWriter: UnkeyedEncodingContainer {
    let output: JSONOutput
    private(set) var count = 0

    init(output: JSONOutput) { self.output = output }

    var codingPath: [any CodingKey] { [] }

    private mutating func element() -> JSONOutput {
        count += 1
        return output.element()
    }

    mutating func encodeNil() { element().writeNull() }
    mutating func encode(_ value: Bool) { element().write(value) }
    mutating func encode(_ value: String) { element().write(value) }
    mutating func encode(_ value: Double) throws { try element().write(value) }
    mutating func encode(_ value: Float) throws { throw output.doubt() }
    mutating func encode(_ value: Int) { element().write(value) }
    mutating func encode(_ value: Int8) { element().write(value) }
    mutating func encode(_ value: Int16) { element().write(value) }
    mutating func encode(_ value: Int32) { element().write(value) }
    mutating func encode(_ value: Int64) { element().write(value) }
    mutating func encode(_ value: UInt) { element().write(value) }
    mutating func encode(_ value: UInt8) { element().write(value) }
    mutating func encode(_ value: UInt16) { element().write(value) }
    mutating func encode(_ value: UInt32) { element().write(value) }
    mutating func encode(_ value: UInt64) { element().write(value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try element().encode(value) }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        element().doubtful.container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().doubtful.unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { output.doubtful }
}
