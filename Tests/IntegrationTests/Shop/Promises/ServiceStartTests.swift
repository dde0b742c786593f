import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// What a service does when it cannot work: waits for what time can mend, and ends over what it cannot.
    @Suite("Services that cannot start", .shopWithoutServices, .serialized, .timeLimit(.minutes(1)))
    struct ServiceStart {
        @Test(
            "An unreachable broker: the service lives, is not ready and says why, and ends in order",
            arguments: [
                ShopService.order, .notify,
            ])
        func unreachable(_ service: ShopService) async throws {
            let shop = try ShopFixture.current()
            let port = try FreePorts.next()
            let process = try shop.launch(service, ["AMQP_URL": try shop.brokerURL.changingURL { $0.port = port }])
            try await process.whileRunning {
                let ready = try await waitFor("the door of \(service)") { try await process.health("ready") }
                #expect(ready.status == 503)
                try await waitFor("the reason") {
                    try await process.health("ready").body.contains("127.0.0.1:\(port)")
                }
                let live = try await process.health("live")
                #expect(live.status == 200)
                #expect(process.process.exitCode == nil)
                process.process.signal(SIGTERM)
                let exitCode = try await process.process.exit(within: .seconds(10))
                #expect(exitCode == 0, "\(process.logText)")
            }
        }

        @Test("A wrong password: every service ends at once, and does not show it", arguments: ShopService.allCases)
        func wrongPassword(_ service: ShopService) async throws {
            let shop = try ShopFixture.current()
            let url = try shop.brokerURL.changingURL { $0.password = "not-the-password" }
            let process = try shop.launch(service, ["AMQP_URL": url])
            let exitCode = try await process.endByItself()
            #expect(exitCode == 1)
            #expect(process.lastWords.lowercased().contains("refused"), "\(process.lastWords)")
            #expect(!process.logText.contains("not-the-password"))
        }

        @Test("A vhost that does not exist: it ends, with the name")
        func wrongVirtualHost() async throws {
            let shop = try ShopFixture.current()
            let url = try shop.brokerURL.changingURL { $0.path = "/no-such-vhost" }
            let process = try shop.launch(.order, ["AMQP_URL": url])
            let exitCode = try await process.endByItself()
            #expect(exitCode == 1)
            #expect(process.lastWords.contains("no-such-vhost"), "\(process.lastWords)")
        }

        @Test(
            "A setting that is none: 64, with its name",
            arguments: [
                ("AMQP_URL", "nonsense"), ("AMQP_PREFETCH", "0"), ("AMQP_QUEUE_TYPE", "fast"), ("HTTP_PORT", "99999"),
                ("AMQP_RETRY_LADDER", "soon"), ("LOG_LEVEL", "loud"),
            ])
        func wrongSetting(name: String, value: String) async throws {
            let process = try ShopFixture.current().launch(.order, [name: value])
            let exitCode = try await process.endByItself()
            #expect(exitCode == 64)
            #expect(process.lastWords.contains(name), "\(process.lastWords)")
        }

        @Test("Without the topology it is not ready and names the command; it recovers once that was run")
        func noTopology() async throws {
            let shop = try ShopFixture.current()
            try await shop.withEmptyVirtualHost { url in
                let process = try shop.launch(.inventory, ["AMQP_URL": url])
                try await process.whileRunning {
                    try await waitFor("the reason") {
                        try await process.health("ready").body.contains("shop topology apply")
                    }
                    _ = try await shop.command("topology", "apply", environment: ["AMQP_URL": url]).checked()
                    try await process.waitUntilReady()
                }
            }
        }
    }
}
