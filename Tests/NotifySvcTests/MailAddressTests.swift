import Testing

@testable import NotifySvc

@Suite("Mail addresses: one recipient, or none")
struct MailAddressTests {
    @Test func `Good ones are taken as they are`() async throws {
        let addresses = [
            "ann@example.com", "a@b", "ann.o'neil+shop@mail.example.co.uk", "x_y-z@sub-domain.example", "0@0",
            "!#$%&'*/=?^`{|}~@x.y", "a@" + String(repeating: "b", count: 252),
        ]
        let mails = try await MailReader.read(addresses.map { try Mails.make(address: $0) })
        for (address, mail) in zip(addresses, mails) {
            #expect(mail.toAddresses == [address])
            #expect(mail.toNames == ["Ann"])
            #expect(mail.defects == [])
        }
    }

    @Test func `All else is refused, and the error names it`() {
        let addresses =
            Self.misshapen + Self.secondRecipients + Self.notASCII
            + Mails.controls.flatMap { ["\($0)a@b", "a\($0)@b", "a@\($0)b", "a@b\($0)", $0] }
        for address in addresses {
            #expect {
                try Mailbox(name: "Ann", address: address)
            } throws: { error in
                guard case MailError.invalidAddress(address, _) = error else { return false }
                return true
            }
        }
    }

    private static let misshapen = [
        "", "@", "a@", "@b", "a", "a@b@c", "a b@c", " a@b", "a@b ", "a@b c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.",
        "a@b..c", "a@" + String(repeating: "b", count: 253),
    ]

    /// Comments, quotes, groups, lists: what could be read as somebody else, too.
    private static let secondRecipients = [
        "<a@b>", "a@b>", "a@b>,<c@d", "a,b@c", "a@b,c", "a;b@c", "a:b@c", "group:a@b;", "(x)a@b", "a@b(x)", #""a"@b"#,
        #"a\b@c"#, "a@[127.0.0.1]",
    ]

    private static let notASCII = ["jörg@example.com", "ann@exämple.com", "a\u{200B}@b", "a＠b", "a@b\u{301}"]
}
