/// Somebody who sends or gets mail: an address and, perhaps, a name (RFC 5322, 3.4).
///
/// What exists is valid: neither part can add a header, a second recipient or anything else to a message.
struct Mailbox: Hashable, Sendable {
    /// As people write it; empty when there is none.
    let name: String
    /// Goes into the envelope as it is.
    let address: String

    /// - Throws: `controlCharacter` for the name, `invalidAddress` for the address.
    init(name: String = "", address: String) throws(MailError) {
        try HeaderField.refuseControls(in: name, field: "name")
        try Self.check(address)
        self.name = name
        self.address = address
    }

    private init(name: String, knownAddress: String) {
        self.name = name
        self.address = knownAddress
    }

    /// Reads `orders@example.com` or `The Shop <orders@example.com>`; quotes around the name are dropped.
    ///
    /// - Throws: as ``init(name:address:)``.
    init(parsing text: String) throws(MailError) {
        let text = text.drop { $0 == " " }
        guard let open = text.lastIndex(of: "<"), text.hasSuffix(">") else {
            try self.init(address: String(text))
            return
        }
        var name = text[..<open]
        while name.last == " " { name.removeLast() }
        if name.count >= 2, name.first == "\"", name.last == "\"" {
            name = name.dropFirst().dropLast()
        } else if name.contains(where: { "<>@,;".contains($0) }) {
            throw .invalidAddress(String(text), reason: "is more than one, or its name lacks the quotes")
        }
        try self.init(name: String(name), address: String(text[text.index(after: open)...].dropLast()))
    }

    /// The sender, unless told otherwise.
    static let shop = Mailbox(name: "The Shop", knownAddress: "orders@shop.example")

    /// The parts of a header's value: lines may be broken between them.
    func tokens(in field: String) -> [String] {
        if name.isEmpty { return [address] }
        let quoted = Self.quoted(name)
        // A quoted string is broken nowhere, so a long name takes the form that can be. Readers differ about
        // encoded-words in quotes (RFC 2047, 5 forbids them there), so a name that looks like one is encoded, too.
        let room = HeaderField.room(in: field)
        let isPlain = HeaderField.isPrintableASCII(name) && quoted.utf8.count <= room && !name.contains("=?")
        return (isPlain ? [quoted] : EncodedWord.words(of: name, firstLimit: room)) + ["<\(address)>"]
    }

    /// RFC 5322, 3.2.4: in quotes only these two need a backslash.
    private static func quoted(_ name: String) -> String {
        var text = "\""
        for character in name {
            if character == "\"" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return text + "\""
    }

    /// A dot-atom, an @ and a dot-atom (RFC 5322, 3.4.1), at most 254 bytes (RFC 5321, 4.5.3.1.3 less the brackets).
    ///
    /// Quoted local parts, comments, address literals and lists are refused: `a,b@c.example` names two recipients.
    private static func check(_ address: String) throws(MailError) {
        func refuse(_ reason: String) -> MailError { .invalidAddress(address, reason: reason) }

        if address.isEmpty { throw refuse("is empty") }
        if address.utf8.count > 254 { throw refuse("is longer than 254 bytes") }
        let halves = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        if halves.count != 2 { throw refuse("does not have exactly one @") }
        for (half, name) in zip(halves, ["before", "after"]) {
            for atom in half.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
                if atom.isEmpty { throw refuse("has nothing \(name) the @ or around a dot there") }
                guard atom.allSatisfy(isAtomText) else {
                    throw refuse("has a character \(name) the @ that is not allowed there")
                }
            }
        }
    }

    /// `atext` of RFC 5322, 3.2.3.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }
}
