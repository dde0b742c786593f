import AMQPBridge
import Foundation
import ShopEvents
import ShopRunning
import Testing

/// Gives a suite one shop whose programs log in as users of their own.
struct RightfulShopTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ShopFixture.with(ShopService.allCases, hasUsers: true) { shop in
            try await ShopFixture.$running.withValue(shop) { try await function() }
        }
    }
}

extension Trait where Self == RightfulShopTrait {
    static var rightfulShop: Self { RightfulShopTrait() }
}

extension WholeShop {
    @Suite("The shop under exactly the rights of the table", .rightfulShop, .serialized, .timeLimit(.minutes(3)))
    struct Rightful {
        private func customer(_ shop: ShopFixture) async throws -> AMQPConnection {
            try await AMQPConnection.connect(try #require(shop.users).configuration(of: .customer))
        }

        private static func error(of publishing: Publishing, on connection: AMQPConnection) async -> AMQPError? {
            do throws(AMQPError) {
                try await connection.publish(publishing)
                return nil
            } catch {
                return error
            }
        }

        private func order() throws -> EncodedEvent {
            let order = PlaceOrder(
                orderID: UUIDv7().description, customer: Customer(name: "Ada", email: "ada@example.org"),
                shipTo: "Here 1", lines: [OrderLine(sku: "MUG", quantity: 1, unitPrice: 1)])
            return try EventEncoder(source: "/test").encode(order)
        }

        /// Waits for a letter of this service, and takes it away.
        private func letter(of service: ShopService, _ shop: ShopFixture) async throws -> LetterRow {
            let letter = try await waitFor("a dead letter of \(service)") {
                try await shop.deadLetters().first { $0.service == service.rawValue }
            }
            _ = try await shop.command("dead", "discard", "--service", service.rawValue, "--all").checked()
            return letter
        }

        @Test("Orders travel, a killed service comes back, a deleted queue is declared again, and the books balance")
        func travels() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            try await shop.waitUntilShipped(try await shop.place("MUG=1", count: 5))
            try await shop.kill(.inventory)
            let meanwhile = try await shop.place("MUG=1", count: 5)
            try await shop.start(.inventory)
            try await shop.waitUntilShipped(meanwhile)
            let administrator = try await AMQPConnection.connect(AMQPConfiguration(urls: shop.brokerURL))
            try await administrator.delete(QueueName("shipping.in"))
            try await administrator.delete(QueueName("shipping.retry.1s"))
            await administrator.close()
            try await waitFor("the queue to be declared again") { try await shop.queues()["shipping.in"]?.ready == 0 }
            try await shop.waitUntilShipped(try await shop.place("MUG=1", count: 5))
            let cancelled = try #require(try await shop.place("MUG=1000").first)
            try await shop.waitUntil([cancelled], are: "rejected", mails: ["order.created", "order.rejected"])
            #expect(try await shop.audit("--wait", "20s").balanced)
        }

        @Test(
            "What fails climbs the ladder and is replayed by the operator, at the command line and at the board's desk")
        func fails() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            let id = UUIDv7().description
            _ = try await shop.stop(.shipping)
            let settings = ["POISON": "throw:\(id)", "AMQP_RETRY_LADDER": "1s,1s"]
            let poisoned = try shop.launch(.shipping, settings)
            try await poisoned.whileRunning {
                try await poisoned.waitUntilReady()
                _ = try await shop.command(
                    "order", "place", "--id", id, "--email", "a@example.org", "--line", "MUG=1"
                ).checked()
                let letter = try await waitFor("the letter") { try await shop.deadLetters().first }
                #expect(letter.service == "shipping" && letter.attempts == 3)
                let path = "/api/letters/shipping/\(try #require(letter.eventId))/replay"
                #expect(try await shop.postToBoard(path).contains(#""done":1"#))
                _ = try await waitFor("the letter again") { try await shop.deadLetters().first }
            }
            try await shop.start(.shipping)
            _ = try await shop.command("dead", "replay", "--service", "shipping", "--all").checked()
            try await shop.waitUntilShipped([id])
        }

        @Test("A program that may place orders can do that, and must say who it is")
        func customers() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            let connection = try await customer(shop)
            let event = try order()
            try await connection.publish(event.publishing(to: ShopTopology.exchange))
            await connection.close()
            try await shop.waitUntilShipped([event.key])

            var configuration = try #require(shop.users).configuration(of: .customer)
            configuration.options.sendsUserID = false
            let nameless = try await AMQPConnection.connect(configuration)
            try await nameless.publish(try order().publishing(to: ShopTopology.exchange))
            await nameless.close()
            let letter = try await letter(of: .order, shop)
            #expect(letter.error.contains("sender_refused") && letter.error.contains("user_id"), "\(letter.error)")
        }

        @Test("A CC header goes past the broker's topic permissions, and not past the receiver")
        func copies() async throws {
            let shop = try ShopFixture.current()
            // An order's creation, said by somebody who may only ask for it.
            let created = OrderCreated(
                orderID: UUIDv7().description, customer: Customer(name: "Eve", email: "eve@example.org"), shipTo: "",
                currency: "EUR", lines: [OrderLine(sku: "MUG", quantity: 1, unitPrice: 1)])
            for name in ["CC", "BCC"] {
                var forged = try EventEncoder(source: "/shop/order").encode(created).publishing(to: "shop.events")
                forged.routingKey = PlaceOrder.routingKey
                forged.properties.headers = [name: .array(["order.created"])]
                let connection = try await customer(shop)
                let error = await Self.error(of: forged, on: connection)
                await connection.close()
                // RabbitMQ 4.0.3 and later ask for the right to all keys.
                if let error {
                    #expect(error.replyCode == 403, "\(error)")
                    continue
                }
                for service in [ShopService.inventory, .notify, .order, .board] {
                    let letter = try await letter(of: service, shop)
                    #expect(
                        letter.error.contains(
                            service == .order && name == "BCC" ? "unknown_event_type" : "sender_refused"))
                }
            }
            #expect(try await shop.order(created.orderID) == nil)
            #expect(try shop.mails(of: created.orderID).isEmpty)
        }
    }
}

extension ShopFixture {
    /// As the operator's browser asks the board; returns what it answers.
    nonisolated func postToBoard(_ path: String) async throws -> String {
        let command = Command(
            executable: URL(filePath: "/usr/bin/curl"),
            arguments: [
                "-sS", "--noproxy", "*", "--max-time", "20", "-X", "POST", "-H",
                "Authorization: Bearer \(Self.boardToken)", url(of: .board) + path,
            ])
        return try await command.run().checked().output
    }
}
