/// Takes a JSON text (RFC 8259) apart. Pure.
///
/// It refuses more than the standard does: names of fields with escapes or beyond ASCII, which may be equal without having
/// equal bytes, and escapes of surrogates. Those are for Foundation.
struct JSONScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let nodes: UnsafeMutableBufferPointer<JSONNode>
    private var count = 0
    private var position = 0
    private var isASCII = true

    /// - Returns: how many pieces there are; zero when it is not plain JSON, or there are more of them than room.
    static func scan(_ bytes: [UInt8], into nodes: UnsafeMutableBufferPointer<JSONNode>) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes: bytes, nodes: nodes)
            return scanner.isWhole() ? scanner.count : 0
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, nodes: UnsafeMutableBufferPointer<JSONNode>) {
        (self.bytes, self.nodes) = (bytes, nodes)
    }

    private mutating func isWhole() -> Bool {
        guard value(depth: 0) else { return false }
        skipSpace()
        return position == bytes.count && (isASCII || String(validating: bytes, as: UTF8.self) != nil)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func skip(_ wanted: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: wanted) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        skipSpace()
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case UInt8(ascii: "{"): return object(depth: depth + 1)
        case UInt8(ascii: "["): return array(depth: depth + 1)
        case UInt8(ascii: "\""): return text(isName: false)
        case UInt8(ascii: "t"): return word("true", .yes)
        case UInt8(ascii: "f"): return word("false", .no)
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        guard depth <= JSONLimits.maxDepth else { return false }
        let index = count
        guard add(.object, from: position, to: position) else { return false }
        position += 1
        skipSpace()
        if skip("}") { return close(index) }
        repeat {
            skipSpace()
            guard text(isName: true) else { return false }
            skipSpace()
            guard skip(":"), value(depth: depth) else { return false }
            skipSpace()
        } while skip(",")
        return skip("}") && close(index)
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth <= JSONLimits.maxDepth else { return false }
        let index = count
        guard add(.array, from: position, to: position) else { return false }
        position += 1
        skipSpace()
        if skip("]") { return close(index) }
        repeat {
            guard value(depth: depth) else { return false }
            skipSpace()
        } while skip(",")
        return skip("]") && close(index)
    }

    private mutating func add(_ kind: JSONNode.Kind, from start: Int, to end: Int) -> Bool {
        guard count < nodes.count else { return false }
        let node = JSONNode(kind, from: start, to: end, next: count + 1)
        nodes.initializeElement(at: count, to: node)
        count += 1
        return true
    }

    /// - Parameter index: of an object or an array whose end has come.
    private mutating func close(_ index: Int) -> Bool {
        nodes[index].end = Int32(position)
        nodes[index].next = Int32(count)
        return true
    }

    private mutating func word(_ word: StaticString, _ kind: JSONNode.Kind) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { return false }
        defer { position = end }
        return add(kind, from: position, to: end)
    }

    // MARK: Texts

    private mutating func text(isName: Bool) -> Bool {
        guard skip("\"") else { return false }
        let start = position
        var kind = JSONNode.Kind.text
        var isPlain = true
        while true {
            skipPlain()
            guard position < bytes.count else { return false }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                return (isPlain || !isName) && add(kind, from: start, to: position)
            }
            if byte == UInt8(ascii: "\\") {
                guard escape() else { return false }
                kind = .escapedText
                isPlain = false
            } else {
                guard byte >= 0x20 else { return false }
                if byte >= 0x80 {
                    isASCII = false
                    isPlain = false
                }
                position += 1
            }
        }
    }

    /// To the next byte that is not plain ASCII; near the end of all, not quite.
    private mutating func skipPlain() {
        var next = position
        let lastEight = bytes.count - 8
        while next <= lastEight {
            let eight = EightBytes(bytes, at: next)
            let special = eight.nonASCII | eight.belowSpaceOrQuote | eight.equal(to: UInt8(ascii: "\\"))
            guard special == 0 else {
                position = next + EightBytes.first(special)
                return
            }
            next += 8
        }
        position = next
    }

    private mutating func escape() -> Bool {
        guard position + 1 < bytes.count else { return false }
        guard bytes[position + 1] == UInt8(ascii: "u") else {
            guard JSONEscapes.short(bytes[position + 1]) != nil else { return false }
            position += 2
            return true
        }
        guard position + 5 < bytes.count else { return false }
        let unit = JSONEscapes.unit(bytes[position + 2..<position + 6])
        position += 6
        return unit.map { !(0xD800...0xDFFF).contains($0) } ?? false
    }

    // MARK: Numbers

    private mutating func number() -> Bool {
        let start = position
        _ = skip("-")
        guard skip("0") || digits() else { return false }
        if skip(".") {
            guard digits() else { return false }
        }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            guard digits() else { return false }
        }
        return add(.number, from: start, to: position)
    }

    private mutating func digits() -> Bool {
        let start = position
        while position < bytes.count, (48...57).contains(bytes[position]) { position += 1 }
        return position > start
    }
}

/// What a backslash in a text stands for.
enum JSONEscapes {
    /// The byte that a letter behind the backslash means.
    static func short(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Of four hexadecimal digits.
    static func unit(_ digits: some Sequence<UInt8>) -> UInt32? {
        var unit: UInt32 = 0
        for digit in digits {
            switch digit {
            case 48...57: unit = unit << 4 | UInt32(digit - 48)
            case 65...70, 97...102: unit = unit << 4 | UInt32((digit | 0x20) - 87)
            default: return nil
            }
        }
        return unit
    }

    /// - Parameter content: as the scanner has checked it.
    static func resolved(_ content: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var rest = content[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                result.append(byte)
                continue
            }
            if let byte = short(letter) {
                result.append(byte)
            } else if let scalar = unit(rest.prefix(4)).flatMap(Unicode.Scalar.init) {
                result.append(contentsOf: UTF8.encode(scalar) ?? .init())
                rest = rest.dropFirst(4)
            }
        }
        return result
    }
}
