import AMQPBridge
import Testing

@testable import NotifySvc

@Suite("Mail by SMTP: to the right server, for its eyes only", .timeLimit(.minutes(2)))
struct SMTPSecurityTests {
    private static let password = "s3cret p@ss/wörd"
    private static let login = "shop%40example.com:s3cret%20p%40ss%2Fw%C3%B6rd@"
    private static let environment = ["MAIL_USER": "shop@example.com", "MAIL_PASSWORD": password]

    /// What sending one mail threw, in its words, which never hold the password.
    private func failure(_ outlet: SMTPOutlet) async throws -> SMTPFailure {
        let failure = try #require(
            await #expect(throws: SMTPFailure.self) { try await outlet.send(try Mails.make()) })
        let isShown = "\(failure)".contains("s3cret")
        #expect(!isShown)
        return failure
    }

    @Test(arguments: [("smtp", "starttls", ""), ("smtps", "smtps", ""), ("smtp", "starttls", "?starttls=required")])
    func `A certificate of a known authority is trusted`(scheme: String, tls: String, query: String) async throws {
        try await TestCertificate.with(names: "IP:127.0.0.1") { own in
            try await MailServer.with("--tls", tls, "--certificate", own.certificate, "--key", own.key) { server in
                let outlet = try server.outlet(scheme, query: query, trusting: own.certificate)
                for number in 1...3 { try await outlet.send(try Mails.make(event: "e-\(number)")) }
                #expect(try server.arrivals().map(\.envelope.tls) == [true, true, true])
                #expect(try server.connections() == 1)
            }
        }
    }

    @Test(arguments: [("smtp", "starttls"), ("smtps", "smtps")])
    func `A stranger's certificate, or another host's, is refused`(scheme: String, tls: String) async throws {
        for names in ["IP:127.0.0.1", "DNS:elsewhere.example"] {
            try await TestCertificate.with(names: names) { own in
                try await MailServer.with("--tls", tls, "--certificate", own.certificate, "--key", own.key) { server in
                    // The first one would do, but nobody has said that it is to be trusted.
                    let isStranger = names.hasPrefix("IP")
                    let outlet = try server.outlet(scheme, trusting: isStranger ? nil : own.certificate)
                    let failure = try await failure(outlet)
                    #expect(failure.cause == .insecure && failure.failureClass == .notNow)
                    #expect("\(failure)".contains("no secure connection"), "\(failure)")
                    #expect(try server.arrivals().isEmpty)
                }
            }
        }
    }

    @Test func `STARTTLS that is required and not offered is refused before any login`() async throws {
        try await MailServer.with("--login", environment: Self.environment) { server in
            for outlet in [try server.outlet(login: Self.login), try server.outlet(query: "?starttls=required")] {
                let failure = try await failure(outlet)
                #expect(failure.cause == .insecure && failure.failureClass == .notNow)
                #expect(failure.dialogue.phase < .login)
            }
            #expect(try server.arrivals().isEmpty)
        }
    }

    @Test func `The right password is taken, the wrong one is our configuration's fault`() async throws {
        try await TestCertificate.with(names: "IP:127.0.0.1") { own in
            let options = ["--login", "--tls", "starttls", "--certificate", own.certificate, "--key", own.key]
            try await MailServer.with(options, environment: Self.environment) { server in
                try await server.outlet(login: Self.login, trusting: own.certificate).send(try Mails.make())
                #expect(try server.arrivals().map(\.envelope.tls) == [true])
                let wrong = try server.outlet(login: "shop:s3cret-but-wrong@", trusting: own.certificate)
                let refused = try await failure(wrong)
                #expect(refused.cause == .loginRefused && refused.failureClass == .notNow)
                #expect("\(refused)".contains("refuses our login (535)"), "\(refused)")
                let none = try await failure(try server.outlet(trusting: own.certificate))
                #expect(none.failureClass == .notNow && none.dialogue.reply?.code == 530)
                #expect(try server.arrivals().count == 1)
            }
        }
    }

    @Test func `In the clear only when told so`() async throws {
        try await MailServer.with("--login", environment: Self.environment) { server in
            try await server.outlet(login: Self.login, query: "?starttls=never").send(try Mails.make())
            #expect(try server.arrivals().map(\.envelope.tls) == [false])
        }
    }
}
