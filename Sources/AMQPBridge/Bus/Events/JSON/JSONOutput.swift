/// A JSON text that grows while values encode themselves, one after the other.
///
/// Only this file changes what is in it, a value at a time and never while something else is being changed: for that the
/// runtime need not watch every access, which took a third of the time of encoding.
final class JSONOutput {
    /// What the value that is being encoded has asked for.
    private enum Level { case nothing, object, array, single }

    @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
    /// Only Foundation may write this.
    @exclusivity(unchecked) private(set) var isDoubtful = false
    private let isSorted: Bool
    @exclusivity(unchecked) private var level = Level.nothing
    /// Where the fields of the object begin that is being written; kept only to sort them.
    @exclusivity(unchecked) private var fields: [Int] = []

    init(isSorted: Bool) {
        self.isSorted = isSorted
        bytes.reserveCapacity(1024)
    }

    func doubt() -> Doubt {
        isDoubtful = true
        return Doubt()
    }

    /// The value, whatever it is made of.
    func encode<Value: Encodable>(_ value: Value) throws {
        // The cast is free: a specialization knows its type.
        if Value.self == String.self, let text = value as? String { return write(text) }
        if Value.self == Int.self, let number = value as? Int { return write(number) }
        guard !isFoundationsOwn(Value.self) else { throw doubt() }
        let (outerLevel, outerFields, start) = (level, fields, bytes.count)
        (level, fields) = (.nothing, [])
        try value.encode(to: JSONWriter(output: self))
        switch level {
        case .object:
            if isSorted { sortFields() }
            bytes.append(UInt8(ascii: "}"))
        case .array: bytes.append(UInt8(ascii: "]"))
        case .single, .nothing: if bytes.count == start { throw doubt() }
        }
        (level, fields) = (outerLevel, outerFields)
    }

    // MARK: Containers

    func openObject() { open(.object, UInt8(ascii: "{")) }
    func openArray() { open(.array, UInt8(ascii: "[")) }

    func openSingle() {
        if level != .nothing { isDoubtful = true }
        level = .single
    }

    /// A second container of the same value, as of a class and its superclass, may write a field twice.
    private func open(_ kind: Level, _ mark: UInt8) {
        if level != .nothing { isDoubtful = true }
        level = kind
        bytes.append(mark)
    }

    func beginField(_ name: String) {
        separate(UInt8(ascii: "{"))
        if isSorted {
            // How Foundation sorts others is its own affair.
            if !name.utf8.allSatisfy({ (97...122).contains($0) || $0 == UInt8(ascii: "_") }) { isDoubtful = true }
            fields.append(bytes.count)
        }
        write(name)
        bytes.append(UInt8(ascii: ":"))
    }

    func beginElement() { separate(UInt8(ascii: "[")) }

    private func separate(_ mark: UInt8) {
        if bytes.last != mark { bytes.append(UInt8(ascii: ",")) }
    }

    private func sortFields() {
        guard let start = fields.first else { return }
        let ends = fields.dropFirst().map { $0 - 1 } + [bytes.count]
        let texts = zip(fields, ends).map { bytes[$0..<$1] }
        // A name ends with a quotation mark, which is before all that it may hold.
        let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
        bytes.replaceSubrange(start..., with: Array(sorted.joined(separator: [UInt8(ascii: ",")])))
    }

    // MARK: Values

    /// As it stands, without quotation marks.
    func writeRaw(_ word: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    func write(_ number: some FixedWidthInteger) {
        var text = String(number)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    func write(_ number: Double) throws {
        guard number.isFinite else { throw doubt() }
        let text = number.description
        bytes.append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }

    func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { text in
            if Self.needsEscape(text) { escape(text) } else { bytes.append(contentsOf: text) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var offset = 0
        while offset + 8 <= text.count {
            let eight = EightBytes(text, at: offset)
            if eight.less(than: 0x20) | eight.equal(to: quote) | eight.equal(to: backslash) != 0 { return true }
            offset += 8
        }
        return text[offset...].contains { $0 < 0x20 || $0 == quote || $0 == backslash }
    }

    private func escape(_ text: UnsafeBufferPointer<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): writeRaw(#"\""#)
            case UInt8(ascii: "\\"): writeRaw(#"\\"#)
            case 0x08: writeRaw(#"\b"#)
            case 0x0C: writeRaw(#"\f"#)
            case 0x0A: writeRaw(#"\n"#)
            case 0x0D: writeRaw(#"\r"#)
            case 0x09: writeRaw(#"\t"#)
            case 0..<0x20:
                writeRaw(#"\u00"#)
                bytes.append(byte < 0x10 ? 48 : 49)
                bytes.append(byte & 0xF < 10 ? 48 + byte & 0xF : 87 + byte & 0xF)
            default: bytes.append(byte)
            }
        }
    }
}
