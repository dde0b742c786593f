import Foundation
import Testing

@testable import NotifySvc

@Suite("Mail headers: what goes in comes out of another's reader, and nothing else does")
struct MailHeaderTests {
    @Test func `Names survive`() async throws {
        let names = Mails.texts
        let mails = try await MailReader.read(names.map { try Mails.make(name: $0) })
        for (name, mail) in zip(names, mails) {
            if EncodedWord.words(of: name, firstLimit: 74).count == 1 { #expect(mail.toNames == [name]) }
            #expect(mail.toNameClassic == name)
            #expect(mail.toAddresses == ["ann@example.com"])
            #expect(mail.defects == [], "\(name)")
        }
    }

    @Test func `Subjects survive`() async throws {
        let subjects = Mails.texts + ["", "a  b", " a", "a ", "   ", "é  ", "  é"]
        let mails = try await MailReader.read(subjects.map { try Mails.make(subject: $0) })
        for (subject, mail) in zip(subjects, mails) {
            #expect(mail.subject == subject)
            #expect(mail.defects == [], "\(subject)")
        }
    }

    @Test func `The sender's name and the order's id survive`() async throws {
        let mails = try await MailReader.read(
            Mails.texts.map { try Mails.make(from: Mailbox(name: $0, address: "s@shop.example"), subject: $0) })
        for (name, mail) in zip(Mails.texts, mails) { #expect(mail.fromNameClassic == name) }

        let orders = Mails.texts.filter { $0.utf8.count < 300 }
        for (order, mail) in zip(orders, try await MailReader.read(orders.map { try Mails.make(order: $0) })) {
            #expect(mail.orderID == order)
        }
    }

    @Test func `An empty name leaves the address alone`() async throws {
        let message = try Mails.make(name: "")
        #expect(try Mails.lines(of: message).contains("To: ann@example.com"))
        #expect(try await MailReader.read(message).toNames == [""])
    }

    @Test func `Plain text stays readable`() throws {
        let lines = try Mails.lines(of: Mails.make(name: #"Ann "x" O'Neil, Jr."#, subject: "Your order, 100% done."))
        #expect(lines.contains(#"To: "Ann \"x\" O'Neil, Jr." <ann@example.com>"#))
        #expect(lines.contains("Subject: Your order, 100% done."))
        let subject = try Mails.lines(of: Mails.make(subject: "Your order, Jörg"))
        #expect(subject.contains("Subject: =?utf-8?Q?Your_order=2C_J=C3=B6rg?="))
        #expect(try Mails.lines(of: Mails.make(subject: "王小明")).contains("Subject: =?utf-8?B?546L5bCP5piO?="))
    }

    @Test func `Header lines fit, and encoded-words stay short and whole`() throws {
        for text in Mails.texts {
            let message = try Mails.make(
                from: Mailbox(name: text, address: "s@shop.example"), name: text, subject: text)
            for line in try Mails.lines(of: message).prefix(while: { !$0.isEmpty }) {
                #expect(line.utf8.count <= 78)
                #expect(line.contains { $0 != " " })
            }
            for word in EncodedWord.words(of: text) {
                #expect(word.utf8.count <= 75)
                #expect(decoded(word) != nil, "\(word) does not hold whole code points")
            }
            #expect(EncodedWord.words(of: text).compactMap(decoded).joined() == text)
        }
    }

    @Test func `The longest address keeps its line within the hard limit`() async throws {
        let address = String(repeating: "a", count: 64) + "@" + String(repeating: "b", count: 189)
        #expect(address.utf8.count == 254)
        let message = try Mails.make(name: String(repeating: "é", count: 200), address: address)
        #expect(try Mails.lines(of: message).allSatisfy { $0.utf8.count <= 998 })
        #expect(try await MailReader.read(message).toAddresses == [address])
    }

    @Test func `Controls are refused in every field, wherever they stand`() {
        for control in Mails.controls {
            for text in [control, "a" + control, control + "b", "a" + control + "b", "é" + control + "漢"] {
                #expect(throws: MailError.self) { try Mails.make(name: text) }
                #expect(throws: MailError.self) { try Mails.make(address: "a\(text)b@example.com") }
                #expect(throws: MailError.self) { try Mails.make(address: "ann@example.com" + text) }
                #expect(throws: MailError.self) { try Mails.make(subject: text) }
                #expect(throws: MailError.self) { try Mails.make(order: text) }
                #expect(throws: MailError.self) { try Mails.make(type: text) }
            }
        }
    }

    @Test func `The error names the field and the character`() {
        #expect(throws: MailError.controlCharacter(field: "Subject", codePoint: 10)) {
            try Mails.make(subject: "a\nb")
        }
        // One `Character` to Swift, two bytes to everybody else.
        #expect(throws: MailError.controlCharacter(field: "name", codePoint: 13)) { try Mails.make(name: "a\r\nb") }
        let error = MailError.controlCharacter(field: "name", codePoint: 13)
        #expect("\(error)" == "name contains the control character U+000D")
        #expect(!"\(MailError.invalidAddress("a\r\nb", reason: "is bad"))".contains("\n"))
    }

    @Test func `An event's id cannot inject anything: it is escaped`() async throws {
        let ids = ["a\r\nBcc: eve@example.com", "a>b", "a b", "", "ü", "a.b", "a%b", "(", "\0"]
        for mail in try await MailReader.read(ids.map { try Mails.make(event: $0, isReply: true) }) {
            #expect(mail.fieldNames.count == 12)
            #expect(mail.defects == [])
        }
        #expect(throws: MailError.lineTooLong(field: "Message-ID")) {
            try Mails.make(event: String(repeating: "x", count: 1000))
        }
        #expect(throws: MailError.lineTooLong(field: "References")) {
            try Mails.make(order: String(repeating: "x", count: 1000))
        }
    }

    private func decoded(_ word: String) -> String? {
        let parts = word.split(separator: "?", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "=", parts[1] == "utf-8", parts[4] == "=" else { return nil }
        if parts[2] == "B" {
            return Data(base64Encoded: String(parts[3])).flatMap { String(validating: $0, as: UTF8.self) }
        }
        let escaped = parts[3].replacing("_", with: " ").replacing("%", with: "%25").replacing("=", with: "%")
        return String(escaped).removingPercentEncoding
    }
}
