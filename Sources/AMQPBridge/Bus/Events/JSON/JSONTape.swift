/// A piece of JSON: where it stands, and where in the list of all pieces the next one is that is not inside of it.
struct JSONNode {
    enum Kind: UInt8 { case object, array, text, escapedText, number, yes, no, null }

    var kind: Kind
    /// Of a text: what is between the quotation marks.
    var start: Int32
    var end: Int32
    var next: Int32 = 0
}

/// A JSON text taken apart in one pass: all its pieces in their order, a field's name before its value.
///
/// It has been checked wholly (RFC 8259), but nothing in it was converted: that is done for what is asked for. A class,
/// so that decoders of its pieces are as small as a reference and a number.
final class JSONTape {
    let bytes: [UInt8]
    let nodes: [JSONNode]
    /// Something was asked that only Foundation may answer, even if whoever asked went on without.
    private(set) var isDoubtful = false

    /// - Throws: `Doubt` for everything that is not plain JSON within the limits of ``JSONLimits``.
    init(_ bytes: [UInt8]) throws(Doubt) {
        self.bytes = bytes
        guard bytes.count <= JSONLimits.maxBytes else { throw Doubt() }
        var scanner = JSONScanner()
        nodes = try scanner.scan(bytes)
    }

    /// The whole text.
    var root: JSONValue { JSONValue(tape: self, index: 0) }

    func doubt() -> Doubt {
        isDoubtful = true
        return Doubt()
    }
}

/// One piece of a tape.
struct JSONValue {
    let tape: JSONTape
    let index: Int

    var node: JSONNode { tape.nodes[index] }

    /// The value of that field of an object; nil when there is none.
    func field(_ name: String) throws(Doubt) -> JSONValue? {
        let node = node
        guard node.kind == .object else { throw tape.doubt() }
        var name = name
        let found = name.withUTF8 { name in
            tape.bytes.withUnsafeBufferPointer { bytes in
                tape.nodes.withUnsafeBufferPointer { Self.find(name, bytes, $0, from: index + 1, to: Int(node.next)) }
            }
        }
        guard found >= 0 else {
            if found == Self.twice { throw tape.doubt() }
            return nil
        }
        return JSONValue(tape: tape, index: found)
    }

    private static let absent = -1
    private static let twice = -2

    private static func find(
        _ name: UnsafeBufferPointer<UInt8>, _ bytes: UnsafeBufferPointer<UInt8>,
        _ nodes: UnsafeBufferPointer<JSONNode>, from first: Int, to end: Int
    ) -> Int {
        var found = absent
        var index = first
        while index < end {
            let key = nodes[index]
            let start = Int(key.start)
            if Int(key.end) - start == name.count, bytes[start..<Int(key.end)].elementsEqual(name) {
                if found != absent { return twice }
                found = index + 1
            }
            index = Int(nodes[index + 1].next)
        }
        return found
    }

    /// Nil for `null`.
    var isNull: Bool { node.kind == .null }

    func text() throws(Doubt) -> String {
        let node = node
        let content = tape.bytes[Int(node.start)..<Int(node.end)]
        switch node.kind {
        case .text: return String(decoding: content, as: UTF8.self)
        case .escapedText: return JSONEscapes.resolved(content)
        default: throw tape.doubt()
        }
    }

    func bool() throws(Doubt) -> Bool {
        switch node.kind {
        case .yes: return true
        case .no: return false
        default: throw tape.doubt()
        }
    }

    /// A number without fraction and exponent that fits.
    func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(Doubt) -> Number {
        let node = node
        guard node.kind == .number else { throw tape.doubt() }
        let digits = tape.bytes[Int(node.start)..<Int(node.end)]
        let isNegative = digits.first == UInt8(ascii: "-")
        guard !isNegative || Number.isSigned else { throw tape.doubt() }
        var number: Number = 0
        for byte in isNegative ? digits.dropFirst() : digits {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            guard !overflow, (48...57).contains(byte) else { throw tape.doubt() }
            let digit = Number(truncatingIfNeeded: byte - 48)
            let sum = isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !sum.overflow else { throw tape.doubt() }
            number = sum.partialValue
        }
        return number
    }

    func double() throws(Doubt) -> Double {
        let node = node
        guard node.kind == .number,
            let number = Double(String(decoding: tape.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)),
            number.isNormal
        else { throw tape.doubt() }
        return number
    }
}
