import Testing

@testable import NotifySvc

@Suite("Mail addresses: one recipient, or none")
struct MailAddressTests {
    @Test(arguments: [
        "ann@example.com", "a@b", "ann.o'neil+shop@mail.example.co.uk", "x_y-z@sub-domain.example",
        "!#$%&'*/=?^`{|}~@x.y",
        "0@0", "a@" + String(repeating: "b", count: 252),
    ])
    func `Taken`(address: String) async throws {
        let mail = try await MailReader.read(try Mails.make(address: address))
        #expect(mail.toAddresses == [address])
        #expect(mail.toNames == ["Ann"])
        #expect(mail.defects == [])
    }

    @Test(arguments: [
        "", "@", "a@", "@b", "a", "a@b@c", "a b@c", " a@b", "a@b ", "a@b c", "<a@b>", "a@b>", "a@b>,<c@d", "a,b@c",
        "a@b,c",
        "a;b@c", "a:b@c", "group:a@b;", "(x)a@b", "a@b(x)", #""a"@b"#, #"a\b@c"#, "a@[127.0.0.1]", ".a@b", "a.@b",
        "a..b@c",
        "a@.b", "a@b.", "a@b..c", "jörg@example.com", "ann@exämple.com", "a\u{200B}@b", "a@b\r\n", "a@b\nBcc: c@d",
        "a\0@b", "a\t@b", "a\u{7F}@b", "a\u{85}@b", "a＠b", "a@" + String(repeating: "b", count: 253),
    ])
    func `Refused`(address: String) {
        #expect {
            try Mailbox(name: "Ann", address: address)
        } throws: { error in
            guard case MailError.invalidAddress(address, _) = error else { return false }
            return true
        }
    }
}
