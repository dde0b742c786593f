import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// The broker goes and comes back; with a broker of its own, since others are using the one that was given.
    @Suite("The broker goes and comes back", .serialized, .timeLimit(.minutes(4)))
    struct BrokerOutages {
        @Test("P2, P5: it ends in mid-flow; services come back by themselves and every order completes")
        func outages() async throws {
            try await TemporaryFolder.with("broker") { folder in
                let broker = ShopBroker(runDirectory: folder.path)
                do {
                    try await broker.start()
                    try await ShopFixture.with(on: broker) { shop in
                        if Thorough.isWanted { try await ride(shop, sku: "STOPPED") { try await broker.stop() } }
                        try await ride(shop, sku: "KILLED") { try await broker.kill() }
                    }
                } catch {
                    await Task { try? await broker.stop() }.value
                    throw error
                }
                try await broker.stop()
            }
        }

        /// Orders flow, the broker goes, is away, comes back, and what was confirmed is shipped, once.
        private func ride(_ shop: ShopFixture, sku: String, ending: () async throws -> Void) async throws {
            try await shop.setStock("\(sku)=1000")
            let arguments = ["order", "place", "--json", "--email", "ada@example.org", "--line", "\(sku)=2"]
            // More than can be placed before the broker is gone.
            async let placing = shop.command(arguments + ["--count", "4000", "--rate", "40"], within: .seconds(120))
            try await waitFor("twenty orders whose stock is taken") {
                try await shop.stock(sku)?.taken ?? 0 >= 40
            }
            try await ending()
            let placed = try await placing
            #expect([1, 69].contains(placed.exitCode), "\(placed.errors)")
            try await whileAway(shop)
            try await shop.broker.start()
            for service in ShopService.workers { try await shop.process(service).waitUntilReady() }

            let rows = try placed.rows(of: PlacedRow.self)
            let confirmed = rows.filter(\.confirmed).map(\.orderId)
            #expect(!confirmed.isEmpty)
            #expect(rows.count < 4000)
            let later = try await shop.place("\(sku)=2", count: 10)
            try await shop.waitUntilShipped(confirmed + later)
            try await checkBooks(shop, sku, among: Set(rows.map(\.orderId) + later))
        }

        /// Nobody is ready, everybody lives, and a service may be started at that time.
        private func whileAway(_ shop: ShopFixture) async throws {
            for service in ShopService.workers {
                let process = try await shop.process(service)
                let ready = try await waitFor("\(service) to notice") {
                    let health = try await process.health("ready")
                    return health.status == 503 ? health : nil
                }
                #expect(ready.body.contains("not consuming"))
                #expect(try await process.health("live").status == 200)
            }
            try await shop.kill(.shipping)
            try await shop.start([.shipping], waiting: false)
            let refused = try await shop.command(
                "order", "place", "--email", "ada@example.org", "--line", "MUG=1")
            #expect(refused.exitCode == 69)
        }

        /// An order without a confirm may have been placed or not: either way whole.
        private func checkBooks(_ shop: ShopFixture, _ sku: String, among ids: Set<String>) async throws {
            let shipped = try await waitFor("the end of all orders that arrived") {
                let orders = try await shop.orders().filter { ids.contains($0.key) }
                return orders.values.allSatisfy { $0.status == "shipped" } ? orders.count : nil
            }
            let stock = StockRow(sku: sku, onHand: 1000 - 2 * shipped, taken: 2 * shipped)
            #expect(try await shop.stock(sku) == stock)
            #expect(try await shop.deadLetters().isEmpty == true)
        }
    }
}
