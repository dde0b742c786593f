import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// One order's whole way, from all the services and the dead letters together.
    @Suite("The trace of an order", .shop, .serialized, .timeLimit(.minutes(2)))
    struct Trace {
        private func trace(_ id: String, _ shop: ShopFixture) async throws -> [TraceRow] {
            try await shop.command("order", "trace", id, "--json").checked().rows(of: TraceRow.self)
        }

        @Test("Every hop of an order that is shipped, each after its cause")
        func shipped() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("HOP=5")
            let id = try #require(try await shop.place("HOP=1").first)
            try await shop.waitUntilShipped([id])
            let hops: Set = [
                "order order.place", "inventory order.created", "notify order.created", "shipping inventory.updated",
                "order inventory.updated", "order shipping.started", "notify shipping.started",
            ]
            let rows = try await waitFor("every hop") {
                let rows = try await trace(id, shop)
                return hops.isSubset(of: rows.map { "\($0.service) \($0.event)" }) ? rows : nil
            }
            #expect(Set(rows.map { "\($0.service) \($0.event)" }) == hops)
            #expect(rows.allSatisfy { $0.outcome == "handled" && $0.attempt == 1 }, "\(rows)")
            #expect(rows.map(\.time) == rows.map(\.time).sorted())
            #expect(rows.allSatisfy { ($0.delayMs ?? -1) >= 0 })
            let ids = Set(rows.compactMap(\.eventId))
            for row in rows where row.event != "order.place" {
                #expect(row.causationId.map(ids.contains) == true, "\(row.event) has its cause in the story")
            }
            let text = try await shop.command("order", "trace", id).checked().output
            #expect(text.contains("    inventory.updated"), "indented below its cause: \(text)")
        }

        @Test("What is given up is in it, with the reason")
        func deadLetter() async throws {
            let shop = try ShopFixture.current()
            let id = UUID().uuidString.lowercased()
            let order = ForeignClient.order(id, lines: "[]", email: "nobody")
            try await ForeignClient.publish(
                ForeignMessage(ForeignClient.event(order, subject: id)), to: shop.brokerURL)
            let row = try await waitFor("the letter") {
                try await trace(id, shop).first { $0.outcome.hasPrefix("dead: ") }
            }
            #expect(row.service == "order" && row.event == "order.place")
            #expect(row.outcome.contains("e-mail address"), "\(row.outcome)")
        }

        @Test("With a service down the rest is shown, and it says which is missing: 69")
        func serviceDown() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("DOWN=5")
            let id = try #require(try await shop.place("DOWN=1").first)
            try await shop.waitUntilShipped([id])
            _ = try await shop.stop(.notify)
            let result = try await shop.command("order", "trace", id, "--json")
            #expect(result.exitCode == 69)
            #expect(result.errors.contains("notify"), "\(result.errors)")
            #expect(try result.rows(of: TraceRow.self).contains { $0.event == "shipping.started" })
            try await shop.start(.notify)
        }

        @Test("Unknown everywhere: 1; an answer that is none: 1, and no crash")
        func unknown() async throws {
            let shop = try ShopFixture.current()
            let id = UUID().uuidString.lowercased()
            let result = try await shop.command("order", "trace", id)
            #expect(result.exitCode == 1 && result.output == "" && result.errors.contains(id), "\(result.errors)")
            let odd = try CannedService(#"{"entries":[{"time":1}]}"#)
            defer { odd.stop() }
            let other = try await shop.command(["order", "trace", id], environment: ["ORDER_URL": odd.url])
            #expect(other.exitCode == 1 && other.errors.contains("is not the order service"), "\(other.errors)")
        }
    }
}
