import Foundation
import Testing

@testable import NotifySvc

/// Shorthands for messages of which a test cares for one part only.
enum Mails {
    static let order = "0199c1c0-5a00-7000-8000-0123456789ab"
    static let event = "0199c1c0-5a01-7000-8000-0123456789ac"
    /// 2026-01-31T08:30:00Z.
    static let time: Int64 = 1_769_848_200

    static func make(
        from: Mailbox = .shop, name: String = "Ann", address: String = "ann@example.com", subject: String = "Hello",
        seconds: Int64 = time, event: String = event, order: String = order, type: String = "order.created",
        isReply: Bool = false, body: String = "Hello\n"
    ) throws(MailError) -> MailMessage {
        try MailMessage(
            from: from, to: Mailbox(name: name, address: address), subject: subject,
            date: MailDate(secondsSince1970: seconds), id: MessageID(eventID: event, recipient: .customer),
            orderID: order, eventType: type, isReply: isReply, text: body, html: "<p>\(body)</p>\n")
    }

    /// Texts of every kind that has ever broken a mail.
    static let texts: [String] = special + foreign + long + shifted

    private static let special: [String] = [
        "Ann", "Ann Smith", "J. R. R. Tolkien", #""Ann \"x\" O'Neil, Jr."#, #"Ann "x" O'Neil, Jr."#, #"back\slash\"#,
        "<ann@example.com>", "a, b; c: d (e) [f]", "ann@example.com", "=?utf-8?q?J=F6rg?=", "=?", "a=b?c_d e", "%s %n",
        "..", ".", "Mr.", "O'Neil",
    ]

    private static let foreign: [String] = [
        "Jörg Müller-Lüdenscheidt", "Ångström", "José", "Zoë (work)", "ß", "…", "e\u{301}", "a\u{A0}b", "\u{FEFF}x",
        "王小明", "田中 太郎", "김철수", "Дмитрий Шостакович", "محمد بن سلمان", "שרה כהן", "abc שרה def", "a\u{200F}b",
        "👩‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "🤷🏽‍♀️",
    ]

    private static let long: [String] = [60, 75, 76, 77, 100, 500].flatMap { length in
        ["x", "ü", "😀", "word ", "wörd ", "明"].map { String(repeating: $0, count: length) + "end" }
    }

    /// Every place in a word at which a code point of several bytes can stand.
    private static let shifted: [String] = (1...80).map { String(repeating: "x", count: $0) + "é漢😀" }

    /// What must never get into a header.
    static let controls: [String] = ["\r\n", "\r\nBcc: eve@example.com", "\n Bcc: x"] + singleControls

    private static let singleControls: [String] =
        (Array(0x00...0x1F) + Array(0x7F...0x9F) + [0x2028, 0x2029]).compactMap(Unicode.Scalar.init).map { String($0) }

    /// The raw lines, each of which must end with CRLF.
    static func lines(of message: MailMessage) throws -> [String] {
        let text = try #require(String(bytes: message.bytes, encoding: .ascii))
        var lines = text.components(separatedBy: "\r\n")
        #expect(lines.removeLast() == "", "the last line has no end")
        for line in lines { #expect(!line.utf8.contains(13) && !line.utf8.contains(10), "a bare CR or LF") }
        return lines
    }
}
