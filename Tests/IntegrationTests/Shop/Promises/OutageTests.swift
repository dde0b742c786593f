import ShopEvents
import Testing

extension WholeShop {
    /// Services come and go, and every order completes.
    @Suite("Services come and go", .shop, .serialized, .timeLimit(.minutes(4)))
    struct Outages {
        @Test("P1: without inventory, shipping and notify orders are placed and stored; they complete afterwards")
        func withoutTheOthers() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            for service in [ShopService.inventory, .shipping, .notify] { try await stop(service, in: shop) }
            let ids = try await shop.place("MUG=1", count: 10)
            try await eventually("ten orders that are stored") {
                let orders = try await shop.orders()
                return ids.allSatisfy { orders[$0]?.status == "placed" }
            }
            #expect(try shop.mails().isEmpty)
            try await shop.start(.inventory, .shipping, .notify)
            try await shop.waitUntilShipped(ids)
            #expect(try await shop.stock("MUG")?.taken == 10)
        }

        @Test("P1: without any service orders are placed; they complete afterwards")
        func withoutAnyService() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("TEE=100")
            for service in ShopService.allCases { try await stop(service, in: shop) }
            let ids = try await shop.place("TEE=1", count: 10)
            let waiting = try await eventually("ten commands in the queue") {
                let ready = try await shop.queues()["order.in"]?.ready
                return ready == 10 ? ready : nil
            }
            #expect(waiting == 10)
            try await shop.start(ShopService.allCases)
            try await shop.waitUntilShipped(ids)
            #expect(try await shop.stock("TEE")?.taken == 10)
        }

        @Test("P2, P3: each service is killed in mid-flow; nothing is lost and nothing done twice")
        func killed() async throws {
            try await flow(of: 150, sku: "KILLED") { shop, service in try await shop.kill(service) }
        }

        @Test("SIGTERM in mid-flow: each service ends within ten seconds with 0, and nothing is lost")
        func terminated() async throws {
            try await flow(of: 100, sku: "TERMINATED") { shop, service in
                try await stop(service, in: shop)
            }
        }

        /// In order, and soon.
        private func stop(_ service: ShopService, in shop: ShopFixture) async throws {
            let start = ContinuousClock.now
            let exitCode = try await shop.stop(service)
            #expect(exitCode == 0, "\(service)")
            #expect(ContinuousClock.now - start < .seconds(10), "\(service)")
        }

        /// Places orders at a steady rate, and ends and starts each service in turn while they flow.
        private func flow(
            of count: Int, sku: String, ending: (ShopFixture, ShopService) async throws -> Void
        ) async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("\(sku)=1000")
            async let placed = shop.place("\(sku)=2", count: count, rate: 25)
            for (number, service) in ShopService.allCases.enumerated() {
                // Each at another point of the flow. The story of an order is asked of a service that may be down.
                try await eventually("\(number * 15 + 5) orders that are taken") {
                    try await shop.stock(sku)?.taken ?? 0 >= 2 * (number * 15 + 5)
                }
                try await ending(shop, service)
                try await shop.start(service)
            }
            let ids = try await placed
            try await shop.waitUntilShipped(ids, within: .seconds(120))
            #expect(try await shop.stock(sku) == StockRow(sku: sku, onHand: 1000 - 2 * count, taken: 2 * count))
            #expect(try await shop.deadLetters().isEmpty == true)
        }
    }
}
