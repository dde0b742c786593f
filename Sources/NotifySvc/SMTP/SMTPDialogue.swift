/// How far a mail has come, as its commands and the server's replies tell (RFC 5321, 3).
struct SMTPDialogue: Hashable, Sendable {
    /// What was sent last.
    enum Phase: Int, Comparable, Sendable {
        /// Nothing: the connection, TLS, the server's greeting.
        case connecting
        case hello, startTLS, login
        case sender, recipient, data
        /// Some of the mail.
        case body
        /// All of the mail: from here on the server may have it.
        case answer

        static func < (one: Phase, other: Phase) -> Bool { one.rawValue < other.rawValue }
    }

    /// A reply of the server, cut to what fits into a log or a dead letter.
    struct Reply: Hashable, Sendable {
        var code: Int
        /// One line, whatever the server wrote.
        var text: String
    }

    private static let longestText = 500

    private(set) var phase = Phase.connecting
    /// To what was sent last; nil when there is none yet.
    private(set) var reply: Reply?
    /// Whether we have said goodbye. What is said after that is of no interest.
    private(set) var isOver = false
    private var isComplete = true

    /// A line to the server. Of a login only that it takes place is noted.
    mutating func sent(_ line: [UInt8]) {
        let verb = String(decoding: line.prefix { $0 > 0x20 }.prefix(10), as: UTF8.self)
        if verb == "QUIT" { isOver = true }
        if isOver { return }
        reply = nil
        isComplete = true
        switch verb {
        case "EHLO", "HELO": phase = .hello
        case "STARTTLS": phase = .startTLS
        case "AUTH": phase = .login
        case "MAIL": phase = .sender
        case "RCPT": phase = .recipient
        case "DATA": phase = .data
        default: break
        }
    }

    mutating func sentBody(all: Bool) {
        phase = all ? .answer : .body
        reply = nil
        isComplete = true
    }

    /// A line of the server's, with its end: `250-text` or, the last one of a reply, `250 text` (RFC 5321, 4.2.1).
    mutating func received(_ line: [UInt8]) {
        guard !isOver, line.count >= 3, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) else { return }
        if isComplete { reply = nil }
        var reply = reply ?? Reply(code: code, text: "")
        reply.code = code
        let text = line.dropFirst(4).prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let shown = BodyText.line(String(decoding: text.prefix(Self.longestText), as: UTF8.self))
        reply.text = String((reply.text.isEmpty ? shown : reply.text + " " + shown).prefix(Self.longestText))
        self.reply = reply
        isComplete = line.count == 3 || line[3] != UInt8(ascii: "-")
    }
}
