import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// The broker's alarms hold back whoever publishes; that is said, and ends by itself.
    ///
    /// Half a minute of it is the deadline of an order that nobody takes.
    @Suite(
        "A broker with an alarm", .enabled(if: Thorough.isWanted), .shop, .serialized, .timeLimit(.minutes(4)))
    struct Alarm {
        @Test(
            "P5: low on memory: readiness and status say so, placing ends at its deadline, and all goes on afterwards")
        func lowOnMemory() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            #expect(try await shop.queues().values.allSatisfy { $0.blocked == nil })
            let placed = try await whileLowOnMemory(shop) { try await blocked(shop) }

            // Nobody's help, and nothing is left of it.
            for service in ShopService.workers { try await shop.process(service).waitUntilReady() }
            #expect(try await shop.queues().values.allSatisfy { $0.blocked == nil })
            let later = try await shop.place("MUG=1", count: 5)
            try await shop.waitUntilShipped(later)
            // Without a confirm it may have been placed or not: whole either way.
            if try await shop.order(placed) != nil { try await shop.waitUntilShipped([placed]) }
            #expect(try await shop.deadLetters().isEmpty)
        }

        /// - Returns: the id of an order that was not confirmed.
        private func blocked(_ shop: ShopFixture) async throws -> String {
            // As soon as the node has noticed that its memory is over the limit.
            let status = try await waitFor("the broker's alarm") {
                let result = try await shop.command("status", "--json").checked()
                let rows = try result.rows(of: QueueRow.self)
                return rows.contains { $0.blocked != nil } ? (rows, result.errors) : nil
            }
            #expect(status.0.allSatisfy { $0.blocked?.contains("memory") == true })
            #expect(status.1.contains("takes no messages"))
            #expect(try await shop.command("status").checked().errors.contains("low on memory"))

            // A service learns of it when it has something to say: here the stock that an order takes.
            let id = UUID().uuidString.lowercased()
            let start = ContinuousClock.now
            let refused = try await shop.command(
                "order", "place", "--json", "--email", "ada@example.org", "--line", "MUG=1", "--id", id)
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("blocked: low on memory"), "\(refused.errors)")
            #expect(ContinuousClock.now - start < .seconds(35), "30 s are a publishing's deadline")
            #expect(try refused.rows(of: PlacedRow.self).map(\.confirmed) == [false])
            return id
        }

        private func whileLowOnMemory<Result: Sendable>(
            _ shop: ShopFixture, _ body: () async throws -> Result
        ) async throws -> Result {
            let result: Swift.Result<Result, any Error>
            do {
                // An order on its way to Order's queue, so that a service publishes during the alarm.
                try await shop.kill(.order)
                _ = try await shop.place("MUG=1")
                try await shop.broker.control("-q", "set_vm_memory_high_watermark", "absolute", "1000000")
                try await shop.start([.order], waiting: false)
                try await notReady(shop, .order)
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            // Also when the test was cancelled: the others use this broker, too.
            let broker = shop.broker
            await Task { _ = try? await broker.control("-q", "set_vm_memory_high_watermark", "0.4") }.value
            return try result.get()
        }

        private func notReady(_ shop: ShopFixture, _ service: ShopService) async throws {
            let process = try await shop.process(service)
            let health = try await waitFor("\(service) to say that the broker is blocked") {
                let health = try await process.health("ready")
                return health.status == 503 && health.body.contains("blocked") ? health : nil
            }
            #expect(health.body.contains("low on memory"), "\(health.body)")
            #expect(try await process.health("live").status == 200)
        }
    }
}
