import Foundation
import ShopRunning
import Testing

extension WholeShop {
    /// What the command line says when something is wrong, by its exit code and in words.
    @Suite("The command line", .shopWithoutServices, .serialized, .timeLimit(.minutes(1)))
    struct CommandLine {
        private static let good = ["order", "place", "--email", "ada@example.org", "--line", "MUG=1"]

        private static let cancelling = ["order", "cancel", "0199b5a0-0000-7000-8000-000000000001"]

        static let commands = [
            good, ["status"], ["topology", "show"], ["topology", "plan"], ["topology", "apply"], ["dead", "list"],
            ["watch"], cancelling, ["audit"],
        ]

        @Test("No broker: 69, with its host and port and the cause", arguments: commands)
        func noBroker(_ arguments: [String]) async throws {
            let shop = try ShopFixture.current()
            let port = try FreePorts.next()
            let url = try shop.brokerURL.changingURL { $0.port = port }
            let result = try await shop.command(arguments, environment: ["AMQP_URL": url])
            #expect(result.exitCode == 69)
            #expect(result.errors.contains("127.0.0.1:\(port)"), "\(result.errors)")
            #expect(result.errors.lowercased().contains("refused"), "\(result.errors)")
        }

        @Test("A wrong password: 1, at once, and no password is shown", arguments: commands)
        func wrongPassword(_ arguments: [String]) async throws {
            let shop = try ShopFixture.current()
            let url = try shop.brokerURL.changingURL { $0.password = "not-the-password" }
            let start = ContinuousClock.now
            let result = try await shop.command(arguments, environment: ["AMQP_URL": url])
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("shop"), "\(result.errors)")
            #expect(result.errors.lowercased().contains("refused"), "\(result.errors)")
            #expect(!(result.output + result.errors).contains("not-the-password"))
        }

        @Test("A vhost that does not exist: 1, with its name")
        func wrongVirtualHost() async throws {
            let shop = try ShopFixture.current()
            let url = try shop.brokerURL.changingURL { $0.path = "/no-such-vhost" }
            let result = try await shop.command(Self.good, environment: ["AMQP_URL": url])
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("no-such-vhost"), "\(result.errors)")
        }

        @Test("An address that is none: 64, and how it should look, without the password")
        func wrongAddress() async throws {
            let shop = try ShopFixture.current()
            let url = "http://shop:not-the-password@127.0.0.1:1"
            let result = try await shop.command(Self.good, environment: ["AMQP_URL": url])
            #expect(result.exitCode == 64)
            #expect(result.errors.contains("amqp://"), "\(result.errors)")
            #expect(!(result.output + result.errors).contains("not-the-password"))
        }

        @Test(
            "No service: 69, with its name and address",
            arguments: [
                ["order", "list"], ["order", "show", "0199b5a0-0000-7000-8000-000000000001"], ["stock", "list"],
                ["stock", "set", "MUG=1"], ["order", "trace", "0199b5a0-0000-7000-8000-000000000001"], ["audit"],
            ])
        func noService(_ arguments: [String]) async throws {
            let start = ContinuousClock.now
            let result = try await ShopFixture.current().command(arguments)
            #expect(ContinuousClock.now - start < .seconds(4), "a refused connection needs no time-out")
            #expect(result.exitCode == 69)
            #expect(result.errors.lowercased().contains("refused"), "\(result.errors)")
            #expect(result.errors.contains(arguments[0] == "stock" ? "inventory" : "order"), "\(result.errors)")
            #expect(result.errors.contains("http://127.0.0.1:"), "\(result.errors)")
        }

        @Test("No topology: 1, and the command that makes it")
        func noTopology() async throws {
            let shop = try ShopFixture.current()
            try await shop.withEmptyVirtualHost { url in
                for arguments in [Self.good, ["status"], ["dead", "list"], ["watch"], Self.cancelling] {
                    let result = try await shop.command(arguments, environment: ["AMQP_URL": url])
                    #expect(result.exitCode == 1)
                    #expect(result.errors.contains("shop topology apply"), "\(result.errors)")
                }
            }
        }

        @Test(
            "Wrong usage: 64, with what is wrong, and nothing is sent",
            arguments: [
                ("--line", "MUG", "MUG"), ("--line", "MUG=", "MUG="), ("--line", "=1", "=1"),
                ("--line", "MUG=x", "MUG=x"),
                ("--line", "MUG=1.5", "MUG=1.5"), ("--line", "MUG=0", "1 to 10000"), ("--line", "MUG=-1", "1 to 10000"),
                ("--line", "MUG=10001", "1 to 10000"), ("--line", "A=1 A=2", "twice"),
                ("--line", "A=1 --line A=1", "twice"),
                ("--email", "nobody", "@"), ("--email", "a@example.org\r\nBcc:b@example.org", "control characters"),
                ("--email", "a@example.org\n", "control characters"), ("--email", "", "empty"),
                ("--name", "Ada\r\nBcc:b@example.org", "control characters"), ("--count", "0", "--count"),
                ("--rate", "0", "--rate"), ("--id", "42", "UUID"),
            ])
        func wrongUsage(option: String, value: String, complaint: String) async throws {
            let shop = try ShopFixture.current()
            var arguments = ["order", "place"]
            if option != "--email" { arguments += ["--email", "ada@example.org"] }
            if option != "--line" { arguments += ["--line", "MUG=1"] }
            // "A=1 A=2" stands for two words.
            arguments += [option] + (value.isEmpty ? [""] : value.split(separator: " ").map(String.init))
            let result = try await shop.command(arguments)
            #expect(result.exitCode == 64)
            #expect(result.errors.contains(complaint), "\(result.errors)")
            #expect(try await shop.queues()["order.in"]?.ready == 0)
        }
    }
}
