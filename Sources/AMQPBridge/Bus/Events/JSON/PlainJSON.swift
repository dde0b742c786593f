import FoundationEssentials

/// JSON as nearly everybody writes it, read and written many times faster than by Foundation.
///
/// It never decides alone what is unusual: whatever this path does not know for certain (a name that stands twice,
/// surrogate escapes, numbers that do not fit, a `Date`, anything that is wrong) is done again by Foundation, whose
/// result or error stands. So both agree on every input, and only ordinary ones are fast. Nothing else depends on which
/// of both it was, but the order of an object's fields: here it is that in which they were encoded.
package enum PlainJSON {
    /// For values of our own; what comes from outside needs the limits of ``JSONLimits``.
    ///
    /// - Throws: as Foundation's `JSONDecoder` does.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        if let value = plainly(bytes, { try $0.root.decode(type) }) { return value }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// - Parameter sorted: the fields of every object by their names, so that equal values make equal bytes.
    /// - Throws: as Foundation's `JSONEncoder` does.
    package static func encode(_ value: some Encodable, sorted: Bool = false) throws -> [UInt8] {
        try plainly(sorted: sorted) { try $0.encode(value) } ?? byFoundation(value, sorted: sorted)
    }

    /// Nil when there was any doubt.
    static func plainly(sorted: Bool = false, _ write: (JSONOutput) throws -> Void) -> [UInt8]? {
        let output = JSONOutput(isSorted: sorted)
        guard (try? write(output)) != nil, !output.isDoubtful else { return nil }
        return output.bytes
    }

    static func byFoundation(_ value: some Encodable, sorted: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = sorted ? [.sortedKeys, .withoutEscapingSlashes] : [.withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    /// Nil when there was any doubt, also one that the reading type itself passed over.
    static func plainly<Value>(_ bytes: [UInt8], _ read: (JSONTape) throws -> Value) -> Value? {
        guard let tape = try? JSONTape(bytes), let value = try? read(tape), !tape.isDoubtful else { return nil }
        return value
    }
}

/// Foundation has to look at it.
struct Doubt: Error {}

/// Types that Foundation's coders treat in a way of their own.
func isFoundationsOwn<Value>(_ type: Value.Type) -> Bool {
    type == Date.self || type == Data.self || type == URL.self || type == Decimal.self
}
