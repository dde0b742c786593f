import ShopEvents
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
