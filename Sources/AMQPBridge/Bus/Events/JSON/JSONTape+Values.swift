// What the pieces of a tape stand for. Whatever is not what was asked for is doubtful.
extension JSONTape {
    func isNull(at index: Int) -> Bool { self[index].kind == .null }

    func text(at index: Int) throws -> String { try withText(at: index) { String(decoding: $0, as: UTF8.self) } }

    /// Hands out a text's bytes (UTF-8), its escapes resolved.
    @inline(__always)
    func withText<Result>(at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) throws -> Result {
        let node = self[index]
        switch node.kind {
        case .text: return try withBytes(of: node, body)
        case .escapedText: return try withBytes(of: node) { try JSONEscapes.resolved($0).withUnsafeBufferPointer(body) }
        default: throw doubt()
        }
    }

    @inline(__always)
    private func withBytes<Result>(
        of node: JSONNode, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBufferPointer {
            try body(UnsafeBufferPointer(rebasing: $0[Int(node.start)..<Int(node.end)]))
        }
    }

    func bool(at index: Int) throws -> Bool {
        switch self[index].kind {
        case .yes: return true
        case .no: return false
        default: throw doubt()
        }
    }

    /// A number without fraction and exponent that fits.
    func integer<Number: FixedWidthInteger>(_ type: Number.Type, at index: Int) throws -> Number {
        let node = self[index]
        guard node.kind == .number, let number = withBytes(of: node, { Self.integer(type, $0) }) else { throw doubt() }
        return number
    }

    private static func integer<Number: FixedWidthInteger>(
        _ type: Number.Type, _ digits: UnsafeBufferPointer<UInt8>
    ) -> Number? {
        let isNegative = digits.first == UInt8(ascii: "-")
        guard !isNegative || Number.isSigned else { return nil }
        var number: Number = 0
        for byte in digits[(isNegative ? 1 : 0)...] {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            guard !overflow, (48...57).contains(byte) else { return nil }
            let digit = Number(truncatingIfNeeded: byte - 48)
            let sum = isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !sum.overflow else { return nil }
            number = sum.partialValue
        }
        return number
    }

    func double(at index: Int) throws -> Double {
        let node = self[index]
        guard node.kind == .number,
            let number = Double(withBytes(of: node) { String(decoding: $0, as: UTF8.self) }), number.isNormal
        else { throw doubt() }
        return number
    }
}
