/// A JSON text that grows while values encode themselves, one after the other.
///
/// Only this file changes what is in it, a value at a time and never while something else is being changed: for that the
/// runtime need not watch every access, which took a third of the time of encoding.
final class JSONOutput {
    /// What the value that is being encoded has asked for.
    private enum Level { case nothing, object, array, single }

    @exclusivity(unchecked) private var text = GrowingBytes(room: 1000)
    /// Only Foundation may write this.
    @exclusivity(unchecked) private(set) var isDoubtful = false
    private let isSorted: Bool
    @exclusivity(unchecked) private var level = Level.nothing
    /// Where the fields begin of the objects that are being written, the innermost last; kept only to sort them.
    @exclusivity(unchecked) private var fields: [Int] = []

    init(isSorted: Bool = false) { self.isSorted = isSorted }

    var bytes: [UInt8] { text.bytes }

    func doubt() -> Doubt {
        isDoubtful = true
        return Doubt()
    }

    /// The value, whatever it is made of.
    func encode<Value: Encodable>(_ value: Value) throws {
        guard !isFoundationsOwn(Value.self) else { throw doubt() }
        let (outerLevel, firstField, start) = (level, fields.count, text.count)
        level = .nothing
        do { try value.encode(to: JSONWriter(output: self)) } catch {
            // Should somebody go on without it, what it has written would be left.
            isDoubtful = true
            throw error
        }
        switch level {
        case .object:
            if isSorted { sortFields(from: firstField) }
            text.append(UInt8(ascii: "}"))
        case .array: text.append(UInt8(ascii: "]"))
        case .single, .nothing: if text.count == start { throw doubt() }
        }
        level = outerLevel
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
        text.append(mark)
    }

    /// What is written next is its value.
    @inline(__always)
    func field(_ name: String) -> JSONOutput {
        beginField(name)
        return self
    }

    private func beginField(_ name: String) {
        let isFirst = text.last == UInt8(ascii: "{")
        if isSorted {
            // How Foundation sorts others is its own affair.
            if !name.utf8.allSatisfy({ (97...122).contains($0) || $0 == UInt8(ascii: "_") }) { isDoubtful = true }
            fields.append(text.count + (isFirst ? 0 : 1))
        }
        name.withBytes { write($0, after: isFirst ? nil : UInt8(ascii: ","), then: UInt8(ascii: ":")) }
    }

    /// What is written next is an element.
    @inline(__always)
    func element() -> JSONOutput {
        if text.last != UInt8(ascii: "[") { text.append(UInt8(ascii: ",")) }
        return self
    }

    private func sortFields(from first: Int) {
        let starts = fields[first...]
        defer { fields.removeSubrange(first...) }
        guard let start = starts.first else { return }
        let ends = starts.dropFirst().map { $0 - 1 } + [text.count]
        let texts = zip(starts, ends).map { text[$0..<$1] }
        // A name ends with a quotation mark, which is before all that it may hold.
        let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
        text.replaceAll(from: start, with: Array(sorted.joined(separator: [UInt8(ascii: ",")])))
    }

    // MARK: Values

    /// As it stands, without quotation marks.
    func writeRaw(_ word: StaticString) {
        text.append(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    func writeNull() { writeRaw("null") }
    func write(_ value: Bool) { writeRaw(value ? "true" : "false") }

    /// - Parameter number: of at most 64 bits, which are 20 characters.
    func write(_ number: some FixedWidthInteger) {
        text.append(upTo: 20) { room in
            var rest = UInt64(truncatingIfNeeded: number.magnitude)
            var start = room.count
            repeat {
                let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
                start -= 1
                room[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = tens
            } while rest > 0
            if number < 0 {
                start -= 1
                room[start] = UInt8(ascii: "-")
            }
            for index in start..<room.count { room[index - start] = room[index] }
            return room.count - start
        }
    }

    func write(_ number: Double) throws {
        guard number.isFinite else { throw doubt() }
        let digits = number.description
        for byte in (digits.hasSuffix(".0") ? digits.dropLast(2) : digits[...]).utf8 { text.append(byte) }
    }

    func write(_ time: RFC3339Time) {
        text.append(UInt8(ascii: "\""))
        text.append(upTo: RFC3339Time.length) { time.write(to: $0) }
        text.append(UInt8(ascii: "\""))
    }

    func write(_ value: String) { value.withBytes { write($0, after: nil, then: nil) } }

    /// Between quotation marks, and those between two others.
    @inline(__always)
    private func write(_ value: UnsafeBufferPointer<UInt8>, after first: UInt8?, then last: UInt8?) {
        guard !Self.needsEscape(value) else {
            if let first { text.append(first) }
            escape(value)
            if let last { text.append(last) }
            return
        }
        text.append(upTo: value.count + 4) { room in
            var count = 0
            func add(_ mark: UInt8) {
                room[count] = mark
                count += 1
            }
            if let first { add(first) }
            add(UInt8(ascii: "\""))
            room.copy(value, at: count)
            count += value.count
            add(UInt8(ascii: "\""))
            if let last { add(last) }
            return count
        }
    }

    private static func needsEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        EightBytes.anywhere(in: text) { $0.belowSpaceOrQuote | $0.equal(to: UInt8(ascii: "\\")) }
    }

    private func escape(_ value: UnsafeBufferPointer<UInt8>) {
        text.append(UInt8(ascii: "\""))
        for byte in value {
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
                text.append(byte < 0x10 ? 48 : 49)
                text.append(byte & 0xF < 10 ? 48 + byte & 0xF : 87 + byte & 0xF)
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
