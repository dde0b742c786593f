import Foundation
import Testing

@testable import NotifySvc

@Suite("Mail messages: whole and by the standards")
struct MailMessageTests {
    @Test func `Every header there once, with its value`() async throws {
        let mail = try await MailReader.read(try Mails.make(type: "shipping.started", isReply: true))
        let fields = [
            "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Order-Id",
            "X-Event-Type", "MIME-Version", "Content-Type",
        ]
        #expect(mail.fieldNames == fields)
        #expect(mail.fromName == "The Shop" && mail.fromAddress == "orders@shop.example")
        #expect(mail.messageID == "<\(Mails.event)+customer@shop.example>")
        #expect(mail.inReplyTo == "<order+\(Mails.order)@shop.example>")
        #expect(mail.references == mail.inReplyTo)
        #expect(mail.orderID == Mails.order && mail.eventType == "shipping.started")
        #expect(mail.autoSubmitted == "auto-generated")
        #expect(mail.contentType == "multipart/alternative")
        #expect(mail.parts == ["plain", "html"].map { #"text/\#($0); charset="utf-8" quoted-printable"# })
        #expect(mail.defects == [])
    }

    @Test func `The first mail of an order replies to none, but is in its thread`() async throws {
        let mail = try await MailReader.read(try Mails.make(isReply: false))
        #expect(mail.inReplyTo == nil)
        #expect(mail.references == "<order+\(Mails.order)@shop.example>")
    }

    @Test func `The same content makes the same bytes`() throws {
        #expect(try Mails.make().bytes == Mails.make().bytes)
        #expect(try Mails.make(event: "a").bytes != Mails.make(event: "b").bytes)
    }

    @Test func `Dates survive`() async throws {
        var times: [Int64] = [
            0, -1, 1, 59, 86_399, 86_400, -86_400, -86_401, 951_782_400, 951_868_800, 1_709_164_800, 4_107_542_400,
            Mails.time, 253_402_300_799, -2_208_988_800, 2_147_483_647, 2_147_483_648,
        ]
        // Days all over a cycle of leap years around a century, at an odd second of the day.
        times += (0..<250).map { 4_070_908_800 + Int64($0) * 6 * 86_400 + Int64($0 * 7919 % 86_400) }
        let mails = try await MailReader.read(times.map { try Mails.make(seconds: $0) })
        for (time, mail) in zip(times, mails) {
            #expect(mail.secondsSince1970 == time)
            #expect(mail.utcOffset == 0)
            #expect(mail.defects == [])
        }
        #expect(try MailDate(secondsSince1970: Mails.time).description == "Sat, 31 Jan 2026 08:30:00 +0000")
        #expect(try MailDate(secondsSince1970: -1).description == "Wed, 31 Dec 1969 23:59:59 +0000")
    }

    @Test func `Weekdays agree with another calendar`() throws {
        let style = Date.VerbatimFormatStyle(
            format: "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits)",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        for day in stride(from: Int64(-25_567), to: 100_000, by: 37) {
            let ours = try MailDate(secondsSince1970: day * 86_400).description
            let theirs = Date(timeIntervalSince1970: Double(day) * 86_400).formatted(style)
            #expect(ours == theirs + " 00:00:00 +0000")
        }
    }

    @Test(arguments: [Int64.min, -2_208_988_801, 253_402_300_800, Int64.max])
    func `Dates that mail cannot write are refused`(seconds: Int64) {
        #expect(throws: MailError.dateOutOfRange(secondsSince1970: seconds)) { try Mails.make(seconds: seconds) }
    }

    @Test func `Bodies survive`() async throws {
        let bodies =
            Mails.texts + [
                "", "\n", "\n\n\n", ".\n", "..\n.\n. \n", "From me\nFrom\n>From you\n", "a \n b\t\n\t\n",
                "=\n==\n=3D\n=20\n",
                "tab\there", "nul\0here", "To: x\n\nbody", "--\n", "last line without an end",
                String(repeating: "x", count: 75) + ".\n", String(repeating: "x", count: 76) + "\n",
                String(repeating: "x", count: 75) + "From here\n", String(repeating: "x ", count: 2000),
                String(repeating: " ", count: 200), String(repeating: "=", count: 500),
                String(repeating: "漢😀", count: 500),
            ] + (70...80).map { String(repeating: "x", count: $0) + " \ny" }
            + (70...80).map { String(repeating: "x", count: $0) + "é\n." }
        let messages = try bodies.map { try Mails.make(body: $0) }
        for (body, mail) in zip(bodies, try await MailReader.read(messages)) {
            #expect(mail.body == (body.isEmpty || body.hasSuffix("\n") ? body : body + "\n"))
            #expect(mail.defects == [])
        }
        for message in messages {
            let lines = try Mails.lines(of: message)
            for line in lines.drop(while: { !$0.isEmpty }) {
                #expect(line.utf8.count <= 76)
                #expect(
                    !line.hasPrefix(".") && !line.hasPrefix("From ") && !line.hasSuffix(" ") && !line.hasSuffix("\t"))
            }
        }
    }

    @Test func `Line ends of any kind become CRLF`() {
        #expect(QuotedPrintable.encode("a\nb\r\nc\rd\n\re") == "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n")
        #expect(QuotedPrintable.encode("a\r\r\nb") == "a\r\n\r\nb\r\n")
        #expect(QuotedPrintable.encode("") == "")
    }

    @Test func `A body cannot reach the headers`() async throws {
        let mail = try await MailReader.read(try Mails.make(body: "\r\nBcc: eve@example.com\r\n\r\n.\r\n"))
        #expect(!mail.fieldNames.contains("Bcc"))
        #expect(mail.body == "\nBcc: eve@example.com\n\n.\n")
    }
}
