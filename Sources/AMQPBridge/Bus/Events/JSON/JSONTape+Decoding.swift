/// One piece of a tape as Swift's decoding sees it. No error says where it happened: each leads to Foundation, which says it.
struct JSONValue {
    let tape: JSONTape
    let index: Int

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard !isFoundationsOwn(type) else { throw tape.doubt() }
        return try Value(from: self)
    }
}

extension JSONValue: Decoder {
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard tape[index].kind == .object else { throw tape.doubt() }
        return KeyedDecodingContainer(JSONFields(tape: tape, index: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard tape[index].kind == .array else { throw tape.doubt() }
        return JSONElements(array: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension JSONValue: SingleValueDecodingContainer {
    func decodeNil() -> Bool { tape.isNull(at: index) }
    func decode(_ type: Bool.Type) throws -> Bool { try tape.bool(at: index) }
    func decode(_ type: String.Type) throws -> String { try tape.text(at: index) }
    func decode(_ type: Double.Type) throws -> Double { try tape.double(at: index) }
    func decode(_ type: Float.Type) throws -> Float { throw tape.doubt() }
    func decode(_ type: Int.Type) throws -> Int { try tape.integer(type, at: index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try tape.integer(type, at: index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try tape.integer(type, at: index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try tape.integer(type, at: index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try tape.integer(type, at: index) }
    func decode(_ type: UInt.Type) throws -> UInt { try tape.integer(type, at: index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try tape.integer(type, at: index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try tape.integer(type, at: index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try tape.integer(type, at: index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try tape.integer(type, at: index) }
}

/// An object's fields, by their names.
private struct JSONFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let tape: JSONTape
    let index: Int

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        var keys: [Key] = []
        var names: Set<String> = []
        try? tape.forEachField(of: index) { name, _ in
            let text = String(decoding: name, as: UTF8.self)
            guard let key = Key(stringValue: text) else { return }
            if !names.insert(text).inserted { _ = tape.doubt() }
            keys.append(key)
        }
        return keys
    }

    private func optionalPlace(_ key: Key) throws -> Int? {
        guard let place = try tape.place(of: key.stringValue, in: index), !tape.isNull(at: place) else { return nil }
        return place
    }

    private func place(_ key: Key) throws -> Int {
        guard let place = try tape.place(of: key.stringValue, in: index) else { throw tape.doubt() }
        return place
    }

    private func value(_ key: Key) throws -> JSONValue { JSONValue(tape: tape, index: try place(key)) }

    func contains(_ key: Key) -> Bool { (try? tape.place(of: key.stringValue, in: index)) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { tape.isNull(at: try place(key)) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try tape.bool(at: place(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try tape.text(at: place(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try tape.double(at: place(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { throw tape.doubt() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try tape.integer(type, at: place(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try tape.integer(type, at: place(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try tape.integer(type, at: place(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try tape.integer(type, at: place(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try tape.integer(type, at: place(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try tape.integer(type, at: place(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try tape.integer(type, at: place(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try tape.integer(type, at: place(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try tape.integer(type, at: place(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try tape.integer(type, at: place(key)) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try value(key).decode(type)
    }

    // What is looked up once is not looked up three times, as by the protocol's own versions.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        guard let place = try optionalPlace(key) else { return nil }
        return try tape.text(at: place)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        guard let place = try optionalPlace(key) else { return nil }
        return try tape.integer(type, at: place)
    }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let place = try optionalPlace(key) else { return nil }
        return try JSONValue(tape: tape, index: place).decode(type)
    }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Other> { try value(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { throw tape.doubt() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw tape.doubt() }
}

/// An array's elements, one after the other.
private struct JSONElements: UnkeyedDecodingContainer {
    private let tape: JSONTape
    private var next: Int32
    private let end: Int32
    private var read: Int32 = 0

    init(array: JSONValue) {
        tape = array.tape
        next = Int32(array.index + 1)
        end = array.tape[array.index].next
    }

    var codingPath: [any CodingKey] { [] }
    /// Nil: finding it out is a pass of its own, and who reads to the end does not need it.
    var count: Int? { nil }
    var isAtEnd: Bool { next >= end }
    var currentIndex: Int { Int(read) }

    private mutating func take<Value>(_ read: (JSONValue) throws -> Value) throws -> Value {
        guard !isAtEnd else { throw tape.doubt() }
        let value = try read(JSONValue(tape: tape, index: Int(next)))
        next = tape[Int(next)].next
        self.read += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw tape.doubt() }
        return try tape.isNull(at: Int(next)) && take { _ in true }
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.decode(type) } }
    mutating func decode(_ type: String.Type) throws -> String { try take { try $0.decode(type) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.decode(type) } }
    mutating func decode(_ type: Float.Type) throws -> Float { throw tape.doubt() }
    mutating func decode(_ type: Int.Type) throws -> Int { try take { try $0.decode(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take { try $0.decode(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take { try $0.decode(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take { try $0.decode(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take { try $0.decode(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take { try $0.decode(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take { try $0.decode(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take { try $0.decode(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take { try $0.decode(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take { try $0.decode(type) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take { try $0.decode(type) } }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try take { try $0.container(keyedBy: type) }
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }
    mutating func superDecoder() throws -> any Decoder { throw tape.doubt() }
}
