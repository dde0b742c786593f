// A tape as Swift's decoding sees it. No error says where it happened: each leads to Foundation, which says it.
extension JSONValue {
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // The cast is free: a specialization knows its type.
        if type == String.self, let text = try text() as? Value { return text }
        if type == Int.self, let number = try integer(Int.self) as? Value { return number }
        guard !isFoundationsOwn(type) else { throw tape.doubt() }
        return try Value(from: self)
    }
}

extension JSONValue: Decoder {
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard node.kind == .object else { throw tape.doubt() }
        return KeyedDecodingContainer(JSONFields(object: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard node.kind == .array else { throw tape.doubt() }
        return JSONElements(array: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension JSONValue: SingleValueDecodingContainer {
    func decodeNil() -> Bool { isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try bool() }
    func decode(_ type: String.Type) throws -> String { try text() }
    func decode(_ type: Double.Type) throws -> Double { try double() }
    func decode(_ type: Float.Type) throws -> Float { throw tape.doubt() }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
}

/// An object's fields, by their names.
private struct JSONFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONValue

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        var keys: [Key] = []
        var names: Set<String> = []
        var index = object.index + 1
        while index < object.node.next {
            let name = JSONValue(tape: object.tape, index: index)
            if let text = try? name.text(), let key = Key(stringValue: text) {
                if !names.insert(text).inserted { _ = object.tape.doubt() }
                keys.append(key)
            }
            index = Int(object.tape.nodes[index + 1].next)
        }
        return keys
    }

    private func value(_ key: Key) throws -> JSONValue {
        guard let value = try object.field(key.stringValue) else { throw object.tape.doubt() }
        return value
    }

    /// Nil when it is missing or null.
    private func optional(_ key: Key) throws -> JSONValue? {
        guard let value = try object.field(key.stringValue), !value.isNull else { return nil }
        return value
    }

    func contains(_ key: Key) -> Bool { (try? object.field(key.stringValue)) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).text() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { throw object.tape.doubt() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try value(key).decode(type)
    }

    // What is looked up once is not looked up three times, as by the protocol's own versions.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(key)?.text() }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(key)?.integer(type) }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try optional(key)?.decode(type)
    }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Other> { try value(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { throw object.tape.doubt() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw object.tape.doubt() }
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
        end = array.node.next
    }

    var codingPath: [any CodingKey] { [] }
    /// Nil: finding it out is a pass of its own, and who reads to the end does not need it.
    var count: Int? { nil }
    var isAtEnd: Bool { next >= end }
    var currentIndex: Int { Int(read) }

    private mutating func take<Value>(_ read: (JSONValue) throws -> Value) throws -> Value {
        guard !isAtEnd else { throw tape.doubt() }
        let value = try read(JSONValue(tape: tape, index: Int(next)))
        next = tape.nodes[Int(next)].next
        self.read += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw tape.doubt() }
        guard tape.nodes[Int(next)].kind == .null else { return false }
        return try take { $0.isNull }
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.bool() } }
    mutating func decode(_ type: String.Type) throws -> String { try take { try $0.text() } }
    mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.double() } }
    mutating func decode(_ type: Float.Type) throws -> Float { throw tape.doubt() }
    mutating func decode(_ type: Int.Type) throws -> Int { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take { try $0.integer(type) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take { try $0.decode(type) } }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try take { try $0.container(keyedBy: type) }
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }
    mutating func superDecoder() throws -> any Decoder { throw tape.doubt() }
}
