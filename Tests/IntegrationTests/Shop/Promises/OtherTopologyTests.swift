import ShopEvents
import ShopRunning
import Testing

extension WholeShop.CommandLine {
    struct OtherQueue: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var arguments: [String: String]
        /// The first argument that differs, as the broker sees it; what is wanted; what is found.
        var difference: [String]
    }

    static let otherQueues = [
        OtherQueue(
            testDescription: "made by hand without any argument", name: "order.in", arguments: [:],
            difference: ["x-dead-letter-exchange", "order.rt", "none"]),
        OtherQueue(
            testDescription: "classic, all else as far as classic queues know it", name: "order.in",
            arguments: [
                "x-queue-type": "classic", "x-overflow": "reject-publish", "x-dead-letter-exchange": "order.rt",
                "x-dead-letter-routing-key": "dead",
            ], difference: ["x-queue-type", "quorum", "classic"]),
        OtherQueue(
            testDescription: "another overflow", name: "order.in",
            arguments: [
                "x-queue-type": "quorum", "x-overflow": "drop-head", "x-dead-letter-exchange": "elsewhere",
                "x-dead-letter-routing-key": "dead",
            ], difference: ["x-dead-letter-exchange", "order.rt", "elsewhere"]),
    ]

    @Test("A queue that stands otherwise: 1, with queue, argument and both values", arguments: otherQueues)
    func differentQueue(_ other: OtherQueue) async throws {
        let shop = try ShopFixture.current()
        try await shop.withEmptyVirtualHost { url in
            try await ForeignClient.declareQueue(other.name, arguments: other.arguments, at: url)
            let result = try await shop.command("topology", "apply", environment: ["AMQP_URL": url])
            #expect(result.exitCode == 1)
            for word in [other.name] + other.difference { #expect(result.errors.contains(word), "\(result.errors)") }
            // The rest is there all the same.
            let status = try await shop.command("status", environment: ["AMQP_URL": url])
            #expect(status.exitCode == 0, "\(status.errors)")

            // The service whose queue it is waits for nothing.
            let process = try shop.launch(.order, ["AMQP_URL": url])
            let exitCode = try await process.endByItself()
            #expect(exitCode == 1)
            let words = process.lastWords
            for word in [other.name] + other.difference { #expect(words.contains(word), "\(words)") }
        }
    }

    private struct Part: Decodable {
        struct Difference: Decodable, Hashable {
            var argument: String
            var wanted: String
            var found: String
        }

        var kind: String
        var name: String
        var state: String
        var differences: [Difference]
        var wanted: [String: String]?
    }

    @Test("A plan lists all that is missing and every difference with both values, changes nothing, and ends with 0")
    func plan() async throws {
        let shop = try ShopFixture.current()
        try await shop.withEmptyVirtualHost { url in
            let environment = ["AMQP_URL": url]
            let other = ["x-queue-type": "quorum", "x-overflow": "drop-head", "x-dead-letter-exchange": "elsewhere"]
            try await ForeignClient.declareQueue("order.in", arguments: other, at: url)
            for _ in 0..<2 {
                let plan = try await shop.command("topology", "plan", "--json", environment: environment).checked()
                let parts = try plan.rows(of: Part.self)
                #expect(parts.count > 50)
                #expect(parts.filter { $0.state != "missing" }.map(\.name) == ["order.in"])
                let differing = try #require(parts.first { $0.name == "order.in" })
                #expect(differing.state == "differs")
                let expected = [
                    ("x-overflow", "reject-publish", "drop-head"), ("x-dead-letter-exchange", "order.rt", "elsewhere"),
                    ("x-dead-letter-routing-key", "dead", "none"), ("x-dead-letter-strategy", "at-least-once", "none"),
                    ("x-delivery-limit", "20", "none"),
                ].map { Part.Difference(argument: $0, wanted: $1, found: $2) }
                #expect(Set(differing.differences) == Set(expected))
            }
            let text = try await shop.command("topology", "plan", environment: environment).checked().output
            #expect(text.contains("order.in differs and must be mended by hand"))
            #expect(text.contains("`shop topology apply` creates 6 exchanges, 24 queues"))

            _ = try await shop.command("topology", "apply", environment: environment)
            let after = try await shop.command("topology", "plan", environment: environment).checked().output
            #expect(after.split(separator: "\n").count == 3, "the heading, order.in and the summary: \(after)")
            let shown = try await shop.command("topology", "show", "--json", environment: environment).checked()
                .rows(of: Part.self)
            #expect(shown.filter { $0.state != "same" }.map(\.name) == ["order.in"])
            #expect(shown.first { $0.name == "order.dead" }?.wanted?["x-delivery-limit"] == "2147483647")
        }
    }

    @Test("Applying twice changes nothing, and says so")
    func twice() async throws {
        struct Change: Decodable {
            var state: String
        }
        let shop = try ShopFixture.current()
        let changes = try await shop.command("topology", "apply", "--json").checked().rows(of: Change.self)
        #expect(changes.count > 20)
        #expect(changes.allSatisfy { $0.state == "same" })
    }
}
