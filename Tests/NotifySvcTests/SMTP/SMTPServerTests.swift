import AMQPBridge
import Foundation
import ServiceHost
import Testing

@testable import NotifySvc

@Suite("SMTP_URL: which server, how safely, as whom")
struct SMTPServerTests {
    @Test(arguments: [
        ("smtp://mail.example.com", "mail.example.com", 587, SMTPServer.Security.required),
        ("smtp://mail.example.com:25", "mail.example.com", 25, .required),
        ("smtp://mail.example.com?starttls=optional", "mail.example.com", 587, .optional),
        ("smtp://mail.example.com/?starttls=never", "mail.example.com", 587, .never),
        ("smtp://localhost:2525", "localhost", 2525, .optional), ("smtp://127.0.0.1", "127.0.0.1", 587, .optional),
        ("smtp://[::1]:26", "::1", 26, .optional), ("smtp://127.0.0.1?starttls=required", "127.0.0.1", 587, .required),
        ("smtp://a:b@localhost", "localhost", 587, .required),
        ("smtps://mail.example.com", "mail.example.com", 465, .immediate),
        ("SMTPS://[2001:db8::1]:466", "2001:db8::1", 466, .immediate),
        ("smtp://127.0.0.1.example.com", "127.0.0.1.example.com", 587, .required),
    ])
    func `Each address means one thing`(url: String, host: String, port: Int, security: SMTPServer.Security) throws {
        let server = try SMTPServer(url: url)
        #expect(server.host == host && server.port == port && server.security == security)
    }

    @Test func `User and password are percent-decoded`() throws {
        let server = try SMTPServer(url: "smtp://me%40x.org:a%3Ab%2F%40%25%20%C3%B6@h")
        #expect(server.login == SMTPServer.Login(user: "me@x.org", password: "a:b/@% ö"))
        #expect(server.description == "smtp://h:587")
    }

    @Test(arguments: [
        "", "mail.example.com", "http://h", "smtp://", "smtp:h", "smtp://user@h", "smtp://:TOP-SECRET@h", "smtp://u:@h",
        "smtp://u:TOP-SECRET@", "smtp://u:TOP-SECRET@h:0", "smtp://u:TOP-SECRET@h:65536", "smtp://u:TOP-SECRET@h:port",
        "smtp://u:TOP-SECRET/x@h", "smtp://u:TOP-SECRET?x@h", "smtp://u:TOP-SECRET#x@h", "smtp://u:TOP-SECRET@x@h",
        "smtp://u:TOP-SECRET%@h", "smtp://u:TOP-SECRET%00@h", "smtp://u:TOP-SECRET%0D%0A@h", "smtp://u:TOP-SECRET%FF@h",
        "smtp://u:TOP-SECRET@h?starttls=maybe", "smtp://u:TOP-SECRET@h?verify=no",
        "smtps://u:TOP-SECRET@h?starttls=never",
        "smtp://u:TOP-SECRET@h/path", "smtp://u:TOP-SECRET@h h", "smtp://u:TOP-SECRET@h,i", "smtp://h%0d%0a.x",
    ])
    func `What is none is refused, and the password is not shown`(url: String) throws {
        let error = try #require(#expect(throws: AMQPError.self) { _ = try SMTPServer(url: url) })
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.hasPrefix("SMTP_URL: "))
        let isShown = "\(error)".contains("SECRET")
        #expect(!isShown)
    }

    private func server(user: String? = nil, file: String? = nil, url: String? = "smtp://h") throws -> SMTPServer? {
        var configuration = MailConfiguration(serverURL: url)
        configuration.user = user
        configuration.passwordFile = file
        return try SMTPServer(configuration)
    }

    @Test func `A password may come from a file`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "password-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data("p@ss wörd\r\nsecond line\n".utf8).write(to: URL(filePath: file))
        #expect(try server(user: "me", file: file)?.login == SMTPServer.Login(user: "me", password: "p@ss wörd"))
        #expect(try server(user: "me", file: file, url: nil) == nil)
        for bad in [
            { try server(user: "me") }, { try server(file: file) }, { try server(user: "me", file: "/no/such") },
            { try server(user: "me", file: file, url: "smtp://a:b@h") }, { try server(user: "m\n", file: file) },
        ] {
            #expect {
                _ = try bad()
            } throws: { error in
                (error as? AMQPError)?.code == .invalidConfiguration && "\(error)".contains("SMTP_")
            }
        }
        for content in ["", "\nx", "a\0b", "\u{FFFD}"] {
            let bytes = content == "\u{FFFD}" ? Data([0xFF, 0xFE]) : Data(content.utf8)
            try bytes.write(to: URL(filePath: file))
            #expect(throws: AMQPError.self) { try server(user: "me", file: file) }
        }
    }

    @Test func `An authority's file must be there`() throws {
        var configuration = MailConfiguration(serverURL: "smtp://h")
        configuration.authorities = "/no/such.pem"
        let error = try #require(#expect(throws: AMQPError.self) { _ = try SMTPServer(configuration) })
        #expect(error.message.contains("SMTP_CA_FILE") && error.message.contains("/no/such.pem"))
    }

    @Test func `A password in the clear over a network is noticed`() throws {
        #expect(try SMTPServer(url: "smtp://a:b@mail.example.com?starttls=never").isExposed)
        for url in ["smtp://a:b@localhost?starttls=never", "smtp://mail.example.com?starttls=never", "smtp://a:b@h"] {
            #expect(try !SMTPServer(url: url).isExposed)
        }
    }

    @Test(arguments: [
        ("orders@example.com", "", "orders@example.com"), ("The Shop <o@x.org>", "The Shop", "o@x.org"),
        (#""The, Shop" <o@x.org>"#, "The, Shop", "o@x.org"), ("<o@x.org>", "", "o@x.org"),
        ("  Käthe's <o@x.org>", "Käthe's", "o@x.org"),
    ])
    func `MAIL_FROM is an address, with a name or without`(text: String, name: String, address: String) throws {
        #expect(try Mailbox(parsing: text) == Mailbox(name: name, address: address))
    }

    @Test(arguments: ["", "The Shop", "The Shop <>", "a@b, c@d", "x <a@b> y", "A\nB <a@b>", "<a@b>,<c@d>"])
    func `What is no sender is refused`(text: String) {
        #expect(throws: MailError.self) { try Mailbox(parsing: text) }
    }
}
