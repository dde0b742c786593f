import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    // The broker's own password is looked for in every log of every fixture and in what each `shop` prints, too.
    @Suite("Passwords are told to nobody", .shopWithoutServices, .serialized, .timeLimit(.minutes(2)))
    struct Secrets {
        private let broker = Canary("broker")
        private let mail = Canary("mail")
        private let operatorToken = Canary("operator")
        private var canaries: [Canary] { [broker, mail, operatorToken] }

        /// The shop's broker, by a login that is only this test's.
        private func withLogin(_ shop: ShopFixture, _ body: (_ url: String) async throws -> Void) async throws {
            let host = URLComponents(string: shop.brokerURL)?.path.dropFirst() ?? ""
            try await shop.broker.control("-q", "add_user", broker.user, broker.password)
            let result = await Result.of {
                try await shop.broker.control("-q", "set_permissions", "-p", "\(host)", broker.user, ".*", ".*", ".*")
                try await body(try url(shop, password: broker))
            }
            try await shop.broker.control("-q", "delete_user", broker.user)
            try result.get()
        }

        private func url(_ shop: ShopFixture, password: Canary) throws -> String {
            try shop.brokerURL.changingURL {
                $0.user = broker.user
                $0.percentEncodedPassword = password.percentEncoded
            }
        }

        /// Nothing of any canary is in any of these places, and each place has something in it.
        private func expectNowhere(_ places: [String: String]) {
            for (place, text) in places {
                #expect(!text.isEmpty, "\(place) is empty")
                for canary in canaries {
                    let isTold = canary.isIn(text)
                    #expect(!isTold, "the password of \(canary.user) is in \(place)")
                }
            }
        }

        /// What anybody can see of a service while it runs.
        private func view(of process: ServiceProcess, _ paths: [String]) async throws -> [String: String] {
            let folder = URL(filePath: "/proc/\(process.process.identifier)")
            let environment = try Data(contentsOf: folder.appending(path: "environ"))
            let isGiven = canaries.contains { $0.isIn(String(decoding: environment, as: UTF8.self)) }
            #expect(isGiven, "\(process.service) was never told a password that it could tell")
            let commandLine = try Data(contentsOf: folder.appending(path: "cmdline"))
            var places = ["\(process.service)'s command line": String(decoding: commandLine, as: UTF8.self)]
            for path in ["/health/live", "/health/ready", "/metrics", "/audit"] + paths {
                let answer = try await RawClient(port: process.port).ask("GET", path)
                places["\(process.service)'s \(path)"] = try #require(answer).text
            }
            return places
        }

        @Test("orders travel, everything is logged and traced: no password is in any place that others can read")
        func travelling() async throws {
            let shop = try ShopFixture.current()
            let port = try FreePorts.next()
            let login = ["MAIL_USER": mail.user, "MAIL_PASSWORD": mail.password]
            let file = shop.folder.appending(path: "mail-password")
            try Data("\(mail.password)\n".utf8).write(to: file)
            try await withLogin(shop) { url in
                try await ShopMailServer.with(port: port, ["--login"], environment: login) { server in
                    let settings = [
                        "AMQP_URL": url, "LOG_FORMAT": "json", "SMTP_USER": mail.user,
                        "SMTP_URL": "smtp://127.0.0.1:\(port)?starttls=never", "SMTP_PASSWORD_FILE": file.path,
                        "BOARD_TOKEN": operatorToken.password,
                    ]
                    expectNowhere(try await travel(shop, settings, server))
                }
            }
        }

        /// Runs the whole shop, and returns all that can be seen of it during and after.
        private func travel(
            _ shop: ShopFixture, _ settings: [String: String], _ server: ShopMailServer
        ) async throws -> [String: String] {
            let services = try ShopService.allCases.map { service in
                let spans = shop.folder.appending(path: "\(service.rawValue).spans")
                return (try shop.launch(service, settings.merging(["TRACE_FILE": spans.path]) { $1 }), spans)
            }
            let result = await Result.of {
                for (process, _) in services { try await process.waitUntilReady() }
                var places = try await command(shop, settings, "stock", "set", "MUG=9")
                places.merge(
                    try await command(shop, settings, "order", "place", "--email", "a@example.org", "--line", "MUG=1")
                ) { $1 }
                try await waitFor("both mails") { try server.mails().count == 2 }
                let id = try #require(try server.mails().first?.orderID)
                places.merge(try await command(shop, settings, "order", "trace", id)) { $1 }
                places.merge(try await command(shop, settings, "status")) { $1 }
                for (process, _) in services {
                    places.merge(try await view(of: process, ["/trace/\(id)"])) { $1 }
                    if process.service == .board {
                        places["an answer to the operator"] = try await operatorAsks(process)
                    }
                }
                return places
            }
            for (process, _) in services { await process.process.end() }
            var places = try result.get()
            for (process, spans) in services {
                places["\(process.service)'s log"] = process.logText
                places["\(process.service)'s spans"] = try String(contentsOf: spans, encoding: .utf8)
            }
            return places
        }

        /// Shows the board the operator's token, for something that is not there.
        private func operatorAsks(_ board: ServiceProcess) async throws -> String {
            let answer = try await RawClient(port: board.port).ask(
                "POST", "/api/letters/notify/nothing/discard", ["Authorization: Bearer \(operatorToken.password)"])
            #expect(answer?.status == 404)
            return answer?.text ?? ""
        }

        private func command(
            _ shop: ShopFixture, _ settings: [String: String], _ arguments: String...
        ) async throws -> [String: String] {
            let url = ["AMQP_URL": settings["AMQP_URL", default: ""]]
            let result = try await shop.command(arguments, environment: url).checked()
            return ["what `\(result.command)` prints": result.output + result.errors]
        }

        @Test(
            "what is refused is no password to be shown: services, the command line, the mail server's login",
            arguments: ["text", "json"])
        func refused(format: String) async throws {
            let shop = try ShopFixture.current()
            // Not known to the broker at all, at the second of two addresses.
            let wrong = try url(shop, password: broker)
            let closed = try wrong.changingURL { $0.port = try? FreePorts.next() }
            let settings = ["AMQP_URL": "\(closed),\(wrong)", "LOG_FORMAT": format]
            var places = try await withThrowingTaskGroup(of: ServiceProcess.self) { group in
                for service in ShopService.allCases {
                    group.addTask {
                        let process = try shop.launch(service, settings)
                        #expect(try await process.endByItself() == 1, "\(service)")
                        return process
                    }
                }
                return try await group.reduce(into: [String: String]()) { places, process in
                    #expect(process.lastWords.lowercased().contains("refused"), "\(process.lastWords)")
                    places["\(process.service)'s log"] = process.logText
                }
            }
            let command = try await shop.command(["status"], environment: settings)
            #expect(command.exitCode != 0)
            places["what shop status prints"] = command.output + command.errors
            places.merge(try await refusedByMailServer(shop, format)) { $1 }
            expectNowhere(places)
        }

        /// Notify with a password that its mail server does not take.
        private func refusedByMailServer(_ shop: ShopFixture, _ format: String) async throws -> [String: String] {
            let port = try FreePorts.next()
            let login = ["MAIL_USER": mail.user, "MAIL_PASSWORD": "another"]
            let address = "smtp://\(mail.user):\(mail.percentEncoded)@127.0.0.1:\(port)?starttls=never"
            let order = ForeignClient.order(UUID().uuidString, lines: #"[{"sku": "MUG", "quantity": 1}]"#)
            var message = ForeignMessage(ForeignClient.event(order, type: "shop.order.created.v1"))
            message.routingKey = "order.created"
            message.type = "shop.order.created.v1"
            try await ForeignClient.publish(message, to: shop.brokerURL)
            var places: [String: String] = [:]
            try await ShopMailServer.with(port: port, ["--login"], environment: login) { _ in
                let process = try shop.launch(.notify, ["LOG_FORMAT": format, "SMTP_URL": address])
                try await process.whileRunning {
                    try await waitFor("a word about the login") {
                        let health = try await process.health("ready")
                        return health.status == 503 && health.body.contains("535")
                    }
                    places = try await view(of: process, [])
                }
                places["notify's log"] = process.logText
            }
            return places
        }
    }
}
