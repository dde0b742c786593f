import AMQPBridgeTesting

/// JSON texts of ``PlainJSONTests/Sample``, most of them right, with everything in them that makes parsers differ.
struct RandomJSON {
    private var generator: SeededGenerator

    init(_ generator: SeededGenerator) { self.generator = generator }

    private mutating func one<Element>(of choices: [Element], else usual: Element, rarity: Int = 30) -> Element {
        guard Int.random(in: 0..<rarity, using: &generator) == 0 else { return usual }
        return choices.randomElement(using: &generator) ?? usual
    }

    private mutating func space() -> String { one(of: [" ", "\n", "\t ", "\r\n"], else: "") }

    mutating func sample(depth: Int) -> String {
        var fields = [
            ("text", text()), ("number", number(limit: Int64.max)), ("small", number(limit: 127)),
            ("large", one(of: ["18446744073709551615", "18446744073709551616", "-1"], else: "7")),
            ("flag", one(of: ["false", "null", "1", "True"], else: "true")),
            ("real", one(of: ["0", "-0.0", "1e400", "1E-7", "5e-324", "3"], else: "2.5")),
            ("map", map()), ("list", list(depth: depth)),
        ]
        if Bool.random(using: &generator) { fields.append(("optional", one(of: ["null", "3"], else: text()))) }
        if Bool.random(using: &generator) {
            fields.append(("kind", one(of: [#""third""#, "null"], else: #""second""#)))
        }
        if let twice = one(of: fields.map(Optional.some), else: nil, rarity: 20) { fields.append(twice) }
        fields.shuffle(using: &generator)
        if one(of: [true], else: false, rarity: 25) { fields.removeLast() }
        let texts = fields.map { "\(space())\(name($0.0))\(space()):\(space())\($0.1)\(space())" }
        return space() + "{" + texts.joined(separator: ",") + "}" + space()
    }

    /// Sometimes written in another way.
    private mutating func name(_ name: String) -> String {
        one(
            of: ["\"\\u00\(String(name.utf8.first ?? 0, radix: 16))\(name.dropFirst())\""], else: "\"\(name)\"",
            rarity: 40)
    }

    private mutating func text() -> String {
        let pieces = [
            "a", "B", "é", "e\u{301}", "日本", "😀", " ", "\\n", "\\\"", "\\\\", "\\/", "/", "\\u00e9", "\\u0000",
            "\\b\\f\\r\\t",
            "\u{7f}", "\\ud83d\\ude00", "\\ud83d", "\\x", "\u{2028}",
        ]
        let common = pieces.dropLast(4)
        let count = Int.random(in: 0...6, using: &generator)
        return "\""
            + (0..<count).map { _ in
                one(of: pieces, else: common.randomElement(using: &generator) ?? "", rarity: 20)
            }.joined() + "\""
    }

    private mutating func number(limit: Int64) -> String {
        let usual = "\(Int64.random(in: -(limit / 2)...(limit / 2), using: &generator))"
        let edges = [
            "\(limit)", "-\(limit)", "\(limit)0", "1.5", "1.0", "1e2", "-0", "007", "\"5\"", "null", "+1", ".5", "0x1",
        ]
        return one(of: edges, else: usual)
    }

    private mutating func map() -> String {
        let names = ["a", "b", "c d", "é", "a\\n", "x_y"]
        let count = Int.random(in: 0...3, using: &generator)
        return "{"
            + (0..<count).map { _ in "\"\(names.randomElement(using: &generator) ?? "")\":\(number(limit: 1000))" }
            .joined(separator: ",") + "}"
    }

    private mutating func list(depth: Int) -> String {
        guard depth < 3 else { return "[]" }
        let count = one(of: [1, 2], else: 0, rarity: 3)
        return "[" + (0..<count).map { _ in sample(depth: depth + 1) }.joined(separator: ",") + "]"
    }

    /// Another byte somewhere, one more or one less, or the end cut off.
    mutating func spoil(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = Array("{}[]\",:\\0-.eE \u{1}x".utf8).randomElement(using: &generator) ?? 0xFF
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        case 2: bytes.remove(at: index)
        default: bytes.removeSubrange(index...)
        }
    }
}
