import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// What a mail server does to its customers, and what becomes of their mail.
    @Suite("Mail by a real server", .shop, .serialized, .timeLimit(.minutes(3)))
    struct MailByServer {
        private static let password = "s3cret-of-the-mail"

        /// Notify with this mail server in place of the one with the maildir.
        private func withNotify(
            _ shop: ShopFixture, port: Int, _ body: (ServiceProcess) async throws -> Void
        ) async throws {
            #expect(try await shop.stop(.notify) == 0)
            let notify = try shop.launch(
                .notify,
                [
                    "SMTP_URL": "smtp://shop:\(Self.password)@127.0.0.1:\(port)?starttls=never",
                    "AMQP_RETRY_LADDER": "100ms,300ms",
                ])
            try await notify.whileRunning {
                try await notify.waitUntilReady()
                try await body(notify)
                let isShown = notify.logText.contains(Self.password)
                #expect(!isShown && !notify.logText.isEmpty)
            }
            try await shop.start(.notify)
        }

        private func withServer(_ port: Int, _ body: (ShopMailServer) async throws -> Void) async throws {
            let login = ["MAIL_USER": "shop", "MAIL_PASSWORD": Self.password]
            try await ShopMailServer.with(port: port, ["--login"], environment: login, body)
        }

        @Test("it is down: mail waits, nothing is given up, readiness says why; it comes up: each mail arrives once")
        func down() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            let port = try FreePorts.next()
            try await withNotify(shop, port: port) { notify in
                let ids = try await shop.place("MUG=1", count: 15)
                try await waitFor("a word about the mail server") {
                    let health = try await notify.health("ready")
                    return health.status == 503 && health.body.contains("127.0.0.1:\(port) cannot be reached")
                }
                #expect(try await shop.deadLetters().isEmpty)
                try await withServer(port) { server in
                    #expect(try await server.waitForMails(of: ids))
                    try await notify.waitUntilReady()
                }
                #expect(try await shop.deadLetters().isEmpty)
            }
        }

        @Test("it refuses one customer and greylists another: a letter with its words, and a mail that arrives later")
        func refusals() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("CUP=100")
            let port = try FreePorts.next()
            try await withServer(port) { server in
                try await withNotify(shop, port: port) { _ in
                    let refused = try await shop.place("CUP=1", email: "refused@example.org")
                    let greylisted = try await shop.place("CUP=1", email: "grey@example.org")
                    #expect(try await server.waitForMails(of: greylisted))
                    let letters = try await waitFor("two letters") {
                        let letters = try await shop.deadLetters()
                        return letters.count == 2 ? letters : nil
                    }
                    #expect(Set(letters.map(\.routingKey)) == ["order.created", "shipping.started"])
                    for letter in letters {
                        #expect(letter.service == "notify" && letter.attempts == 1)
                        #expect(letter.error.contains("550 5.1.1 nobody of that name here"), "\(letter.error)")
                    }
                    #expect(try server.mails(of: refused).isEmpty)
                    #expect(try await shop.command("dead", "discard", "--service", "notify", "--all").exitCode == 0)
                }
            }
        }

        @Test("a name that would add a recipient: a letter that names the character, and no mail")
        func injection() async throws {
            let shop = try ShopFixture.current()
            let port = try FreePorts.next()
            try await withServer(port) { server in
                try await withNotify(shop, port: port) { _ in
                    let id = UUID().uuidString.lowercased()
                    let order = ForeignClient.order(id, lines: #"[{"sku": "MUG", "quantity": 1}]"#)
                        .replacing("\"Ada\"", with: #""Ada\r\nBcc: eve@example.org""#)
                        .replacing("\"lines\"", with: #""reasons": [], "lines""#)
                    var message = ForeignMessage(
                        ForeignClient.event(order, type: "shop.order.rejected.v1", subject: id))
                    message.routingKey = "order.rejected"
                    message.type = "shop.order.rejected.v1"
                    try await ForeignClient.publish(message, to: shop.brokerURL)
                    let letter = try await waitFor("the letter") { try await shop.deadLetters().first }
                    #expect(letter.service == "notify" && letter.attempts == 1)
                    #expect(letter.error.contains("name contains the control character U+000D"), "\(letter.error)")
                    #expect(try server.mails().isEmpty)
                    #expect(try await shop.command("dead", "discard", "--service", "notify", "--all").exitCode == 0)
                }
            }
        }

        @Test(
            "A mail setting that is none: 64, with its name and without the password",
            arguments: [
                ("SMTP_URL", "smtp://shop:\(password)@host:none"), ("MAIL_FROM", "nobody"),
                ("MAIL_TEMPLATES", "/no/such/folder"),
            ])
        func wrongSetting(name: String, value: String) async throws {
            let shop = try ShopFixture.current()
            // Beside the one that runs.
            let folder = shop.folder.appending(path: "another")
            let process = try shop.launch(.notify, [name: value, "DATA_DIR": folder.path])
            let exitCode = try await process.endByItself()
            #expect(exitCode == 64)
            #expect(process.lastWords.contains(name), "\(process.lastWords)")
            let isShown = process.logText.contains(Self.password)
            #expect(!isShown)
        }
    }
}
