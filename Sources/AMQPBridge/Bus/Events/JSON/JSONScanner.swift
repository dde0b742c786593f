/// Takes a JSON text (RFC 8259) apart. Pure.
///
/// It refuses more than the standard does: names of fields with escapes or beyond ASCII, which may be equal without having
/// equal bytes, and escapes of surrogates. Those are for Foundation.
struct JSONScanner {
    private var nodes: [JSONNode] = []
    private var position = 0
    private var isASCII = true

    mutating func scan(_ bytes: [UInt8]) throws(Doubt) -> [JSONNode] {
        nodes.reserveCapacity(bytes.count / 8 + 4)
        let isWhole = bytes.withUnsafeBufferPointer { bytes in
            guard value(bytes, depth: 0) else { return false }
            skipSpace(bytes)
            return position == bytes.count
        }
        guard isWhole, isASCII || String(validating: bytes, as: UTF8.self) != nil else { throw Doubt() }
        return nodes
    }

    private mutating func skipSpace(_ bytes: UnsafeBufferPointer<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func skip(_ wanted: Unicode.Scalar, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: wanted) else { return false }
        position += 1
        return true
    }

    private mutating func value(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> Bool {
        skipSpace(bytes)
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case UInt8(ascii: "{"): return object(bytes, depth: depth + 1)
        case UInt8(ascii: "["): return array(bytes, depth: depth + 1)
        case UInt8(ascii: "\""): return text(bytes, isName: false)
        case UInt8(ascii: "t"): return word("true", .yes, bytes)
        case UInt8(ascii: "f"): return word("false", .no, bytes)
        case UInt8(ascii: "n"): return word("null", .null, bytes)
        default: return number(bytes)
        }
    }

    private mutating func object(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> Bool {
        guard depth <= JSONLimits.maxDepth else { return false }
        let index = open(.object)
        skipSpace(bytes)
        if skip("}", bytes) { return close(index) }
        repeat {
            skipSpace(bytes)
            guard text(bytes, isName: true) else { return false }
            skipSpace(bytes)
            guard skip(":", bytes), value(bytes, depth: depth) else { return false }
            skipSpace(bytes)
        } while skip(",", bytes)
        return skip("}", bytes) && close(index)
    }

    private mutating func array(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> Bool {
        guard depth <= JSONLimits.maxDepth else { return false }
        let index = open(.array)
        skipSpace(bytes)
        if skip("]", bytes) { return close(index) }
        repeat {
            guard value(bytes, depth: depth) else { return false }
            skipSpace(bytes)
        } while skip(",", bytes)
        return skip("]", bytes) && close(index)
    }

    private mutating func open(_ kind: JSONNode.Kind) -> Int {
        nodes.append(JSONNode(kind: kind, start: Int32(position), end: 0))
        position += 1
        return nodes.count - 1
    }

    private mutating func close(_ index: Int) -> Bool {
        nodes[index].end = Int32(position)
        nodes[index].next = Int32(nodes.count)
        return true
    }

    private mutating func add(_ kind: JSONNode.Kind, from start: Int, to end: Int) {
        nodes.append(JSONNode(kind: kind, start: Int32(start), end: Int32(end), next: Int32(nodes.count + 1)))
    }

    private mutating func word(_ word: StaticString, _ kind: JSONNode.Kind, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool
    {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { return false }
        add(kind, from: position, to: end)
        position = end
        return true
    }

    // MARK: Texts

    private mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, isName: Bool) -> Bool {
        guard skip("\"", bytes) else { return false }
        let start = position
        var kind = JSONNode.Kind.text
        var isPlain = true
        while true {
            skipPlain(bytes)
            guard position < bytes.count else { return false }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                add(kind, from: start, to: position)
                position += 1
                return isPlain || !isName
            }
            if byte == UInt8(ascii: "\\") {
                guard escape(bytes) else { return false }
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
    private mutating func skipPlain(_ bytes: UnsafeBufferPointer<UInt8>) {
        while position + 8 <= bytes.count {
            let eight = EightBytes(bytes, at: position)
            let special =
                eight.nonASCII | eight.less(than: 0x20) | eight.equal(to: UInt8(ascii: "\""))
                | eight.equal(to: UInt8(ascii: "\\"))
            position += EightBytes.first(special)
            if special != 0 { return }
        }
    }

    private mutating func escape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
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

    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = position
        _ = skip("-", bytes)
        guard skip("0", bytes) || digits(bytes) else { return false }
        if skip(".", bytes) {
            guard digits(bytes) else { return false }
        }
        if skip("e", bytes) || skip("E", bytes) {
            if !skip("+", bytes) { _ = skip("-", bytes) }
            guard digits(bytes) else { return false }
        }
        add(.number, from: start, to: position)
        return true
    }

    private mutating func digits(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
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
    static func resolved(_ content: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var rest = content
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
        return String(decoding: result, as: UTF8.self)
    }
}
