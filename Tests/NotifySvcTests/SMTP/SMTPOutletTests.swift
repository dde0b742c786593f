import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopEvents
import Testing

@testable import NotifySvc

/// The other end is aiosmtpd (Debian: python3-aiosmtpd).
@Suite("Mail by SMTP", .timeLimit(.minutes(2)))
struct SMTPOutletTests {
    /// What sending threw.
    private func failure(_ body: () async throws -> Void) async throws -> SMTPFailure {
        try #require(await #expect(throws: SMTPFailure.self) { try await body() })
    }

    private func send(to name: String, by outlet: SMTPOutlet) async throws {
        try await outlet.send(try Mails.make(address: "\(name)@example.com"))
    }

    @Test func `Many mails are one connection, and arrive as they were`() async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet()
            let mails = try (1...10).map { try Mails.make(name: "Jörg 王", event: "e-\($0)", body: "Grüße \($0)\n.\n") }
            for mail in mails { try await outlet.send(mail) }
            let arrivals = try server.arrivals()
            #expect(arrivals.map(\.bytes) == mails.map(\.bytes))
            #expect(try server.connections() == 1)
            let envelope = MailServer.Arrival.Envelope(
                from: "orders@shop.example", to: ["ann@example.com"], tls: false)
            #expect(arrivals.allSatisfy { $0.envelope == envelope })
            let read = try await MailReader.read(mails)
            #expect(read.map(\.body) == (1...10).map { "Grüße \($0)\n.\n" })
        }
    }

    @Test func `Many senders at the same time are one connection, too`() async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 { group.addTask { try await outlet.send(try Mails.make(event: "e-\(number)")) } }
                try await group.waitForAll()
            }
            #expect(try server.arrivals().count == 20)
            #expect(try server.connections() == 1)
        }
    }

    @Test func `Lines that begin with dots survive`() async throws {
        try await MailServer.with { server in
            let text = "Subject: x\r\n\r\n.\r\n..\r\n. hi\r\nend\r\n.\r\n"
            try await server.outlet().send(SMTPEnvelope(from: "a@b", to: "c@d", bytes: Array(text.utf8)))
            #expect(try server.arrivals().map { String(decoding: $0.bytes, as: UTF8.self) } == [text])
        }
    }

    @Test(arguments: [
        ("refused", FailureClass.permanent, "550 5.1.1 nobody of that name here"),
        ("badmail", .permanent, "554 5.6.0 not this mail"), ("grey", .transient, "451 4.7.1 greylisted, try again"),
        ("full", .transient, "452 4.2.2 mailbox full"), ("busy", .notNow, "421 4.3.2 too busy"),
    ])
    func `A refusal is told in the server's words`(name: String, kind: FailureClass, words: String) async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet()
            let failure = try await failure { try await send(to: name, by: outlet) }
            #expect(failure.failureClass == kind)
            #expect("\(failure)".contains(words) && "\(failure)".contains("127.0.0.1:\(server.port)"))
            #expect(try server.arrivals().isEmpty)
            try await send(to: "ann", by: outlet)
            #expect(try server.arrivals().count == 1)
        }
    }

    @Test func `What was greylisted is taken the second time`() async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet()
            #expect(try await failure { try await send(to: "grey1", by: outlet) }.failureClass == .transient)
            try await send(to: "grey1", by: outlet)
            #expect(try server.arrivals().count == 1)
        }
    }

    @Test func `A sender that is refused is our configuration's fault`() async throws {
        try await MailServer.with("--refuse-sender") { server in
            let failure = try await failure { try await send(to: "ann", by: server.outlet()) }
            #expect(
                failure.failureClass == .notNow && "\(failure)".contains("550 5.7.1 this sender may not to MAIL FROM"))
        }
    }

    @Test func `A server that is down fails nobody's mail, and gets it when it is up`() async throws {
        let (port, outlet) = try await MailServer.with { server in
            let outlet = try server.outlet()
            try await send(to: "ann", by: outlet)
            return (server.port, outlet)
        }
        let failure = try await failure { try await send(to: "ann", by: outlet) }
        #expect(failure.failureClass == .notNow && failure.cause != .timedOut)
        try await MailServer.with("--port", "\(port)") { server in
            try await send(to: "ann", by: outlet)
            #expect(try server.arrivals().count == 1)
        }
    }

    @Test func `A name that nobody has is not the mail's fault`() async throws {
        let outlet = try SMTPOutlet(SMTPServer(url: "smtp://no-such-host.invalid"))
        let failure = try await failure { try await send(to: "ann", by: outlet) }
        #expect(failure.failureClass == .notNow && failure.cause == .unreachable)
        #expect("\(failure)".contains("no-such-host.invalid:587 cannot be reached"), "\(failure)")
    }

    @Test func `A server that goes silent before the mail is out of order, after it counts`() async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet(mailTimeout: .seconds(3))
            let slow = try await failure { try await send(to: "slow", by: outlet) }
            #expect(slow.cause == .timedOut && slow.failureClass == .notNow)
            #expect("\(slow)".contains("no answer in time to RCPT TO"), "\(slow)")
            let silent = try await failure { try await send(to: "silent", by: outlet) }
            #expect(silent.cause == .timedOut && silent.failureClass == .transient)
        }
    }

    @Test func `A connection lost after the mail is not tried anew at once: the mail may have arrived`() async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet()
            try await send(to: "ann", by: outlet)
            let failure = try await failure { try await send(to: "drop", by: outlet) }
            #expect(failure.cause == .lost && failure.failureClass == .transient)
            #expect(try server.arrivals().count == 2)
            #expect(try server.connections() == 1)
        }
    }

    @Test(arguments: ["drop", "421"])
    func `A connection that had gone stale is replaced at once`(end: String) async throws {
        try await MailServer.with("--stale", end) { server in
            let outlet = try server.outlet()
            for _ in 1...3 { try await send(to: "ann", by: outlet) }
            #expect(try server.arrivals().count == 3)
            #expect(try server.connections() == 3)
        }
    }

    @Test func `A cancelled send stops as long as the server cannot have the mail`() async throws {
        try await MailServer.with { server in
            let outlet = try server.outlet(mailTimeout: .seconds(60))
            let started = ContinuousClock.now
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await send(to: "slow", by: outlet) }
                    try await eventually("it is connected", within: .seconds(30)) { try server.connections() > 0 }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            #expect(ContinuousClock.now - started < .seconds(50))
            try await send(to: "ann", by: outlet)
        }
    }

    @Test func `An order of a hundred lines arrives whole`() async throws {
        try await MailServer.with { server in
            var event = NotifyFixture.created
            event.lines = (1...100).map { OrderLine(sku: "ÄRTIKEL-\($0)", quantity: $0, unitPrice: 1999) }
            let metadata = EventMetadata(
                id: "e-1", source: "/shop/order", type: OrderCreated.type, subject: event.orderID, time: .now,
                correlationID: event.orderID)
            let message = try #require(try MailTemplates().mail(for: event, metadata))
            try await server.outlet().send(message)
            #expect(try server.arrivals().map(\.bytes) == [message.bytes])
            let read = try await MailReader.read(message)
            for line in event.lines { #expect(read.body.contains(line.sku) && read.html.contains(line.sku)) }
        }
    }
}
