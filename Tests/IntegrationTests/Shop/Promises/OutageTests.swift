import ShopEvents
import ShopRunning
import Synchronization
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
            try await waitFor("ten orders that are stored") {
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
            for service in ShopService.workers { try await stop(service, in: shop) }
            let ids = try await shop.place("TEE=1", count: 10)
            let waiting = try await waitFor("ten commands in the queue") {
                let ready = try await shop.queues()["order.in"]?.ready
                return ready == 10 ? ready : nil
            }
            #expect(waiting == 10)
            try await shop.start(ShopService.workers)
            try await shop.waitUntilShipped(ids)
            #expect(try await shop.stock("TEE")?.taken == 10)
        }

        @Test("P2, P3: each service is killed twice in mid-flow; nothing is lost and nothing done twice")
        func killed() async throws {
            try await flow(sku: "KILLED", rounds: 2) { shop, service in try await shop.kill(service) }
        }

        @Test("SIGTERM in mid-flow: each service ends within ten seconds with 0, and nothing is lost")
        func terminated() async throws {
            try await flow(sku: "TERMINATED", rounds: 1) { shop, service in try await stop(service, in: shop) }
        }

        /// In order, and soon.
        private func stop(_ service: ShopService, in shop: ShopFixture) async throws {
            let start = ContinuousClock.now
            let exitCode = try await shop.stop(service)
            #expect(exitCode == 0, "\(service)")
            #expect(ContinuousClock.now - start < .seconds(10), "\(service)")
        }

        /// Ends and starts each service in turn while orders flow, and checks the books of all of them.
        private func flow(
            sku: String, rounds: Int, ending: (ShopFixture, ShopService) async throws -> Void
        ) async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("\(sku)=100000")
            let isDone = Flag()
            async let placed = placeOrders(shop, sku, until: isDone)
            var taken = 0
            for service in (0..<rounds).flatMap({ _ in ShopService.workers }) {
                taken = try await waitFor("ten more orders whose stock is taken") {
                    let now = try await shop.stock(sku)?.taken ?? 0
                    return now >= taken + 20 ? now : nil
                }
                try await ending(shop, service)
                try await shop.start(service)
            }
            isDone.set()
            let ids = try await placed
            #expect(ids.count > 10 * rounds * ShopService.workers.count)
            try await shop.waitUntilShipped(ids, within: .seconds(120))
            let stock = StockRow(sku: sku, onHand: 100_000 - 2 * ids.count, taken: 2 * ids.count)
            #expect(try await shop.stock(sku) == stock)
            #expect(try await shop.deadLetters().isEmpty == true)
        }

        /// Forty orders a second, for as long as it takes.
        private func placeOrders(_ shop: ShopFixture, _ sku: String, until isDone: Flag) async throws -> [String] {
            var ids: [String] = []
            while !isDone.value { ids += try await shop.place("\(sku)=2", count: 20, rate: 40) }
            return ids
        }

        private final class Flag: Sendable {
            private let flag = Mutex(false)

            var value: Bool { flag.withLock { $0 } }

            func set() { flag.withLock { $0 = true } }
        }
    }
}
