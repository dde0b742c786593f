import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// A new process of a service is started beside the old one and takes over when that has ended.
    @Suite("A rolling upgrade", .shop, .serialized, .timeLimit(.minutes(3)))
    struct Upgrade {
        /// How long a door may be shut, also on a machine that is busy with other things.
        private static let limit = Duration.seconds(5)

        @Test("All services in turn, the inventory by its next version, while orders flow: nothing lost, nothing twice")
        func rolling() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("UPGRADE=100000")
            try await ForeignListener.with(shop.brokerURL) { listener in
                let ids = try await OrderFlow.flowing("UPGRADE=1", in: shop) {
                    let first = try await shop.place("UPGRADE=1")
                    try await shop.waitUntilShipped(first)
                    for (service, binary) in [
                        (ShopService.inventory, "NextInventorySvc"), (.shipping, nil), (.notify, nil), (.order, nil),
                    ] {
                        try await handOver(service, to: binary, in: shop)
                    }
                    try await shop.waitUntilShipped(try await shop.place("UPGRADE=1"))
                }
                try await shop.waitUntilShipped(ids)
                // Today's Shipping and Order have read both: the event as it was, and with a field they do not know.
                let updates = try listener.events().filter { $0.routingKey == "inventory.updated" }
                #expect(Set(updates.map(\.event.type)) == ["shop.inventory.updated.v1"])
                #expect(Set(updates.map(\.event.data?.warehouse)) == [nil, "main"])
                let books = try await shop.audit()
                #expect(books.balanced && books.lost == 0 && books.doubled == 0, "\(books.problems)")
                #expect(books.shipped == ids.count + 2 && books.orders == books.shipped)
            }
            try await refusesNewer(shop)
        }

        private func handOver(_ service: ShopService, to binary: String?, in shop: ShopFixture) async throws {
            let (old, new) = try await shop.startBeside(service, binary: binary)
            let silence = try await DoorWatch(port: old.port).longestSilence {
                try await waitFor("\(service) waits for its predecessor") { try new.waitsForLock() }
                old.process.signal(SIGTERM)
                #expect(try await old.process.exit(within: .seconds(12)) == 0)
                try await new.waitUntilReady()
            }
            #expect(silence < Self.limit)
            print("The door of \(service) was shut for \(Int(silence / .milliseconds(1))) ms")
        }

        /// Going back is not done by an older program on the newer database.
        private func refusesNewer(_ shop: ShopFixture) async throws {
            #expect(try await shop.stop(.inventory) == 0)
            let older = try shop.launch(.inventory)
            #expect(try await older.endByItself() == 1)
            #expect(older.lastWords.contains("stock-3") && older.lastWords.contains("newer version"))
        }

        @Test("Until then it touches neither port nor queue; SIGTERM ends it at once, with 0")
        func waiting() async throws {
            let shop = try ShopFixture.current()
            let consumers = try await shop.queues()["notify.in"]?.consumers
            let next = try shop.launch(.notify, ["LOG_LEVEL": "info"])
            try await next.whileRunning {
                try await waitFor("it waits") { try next.waitsForLock() }
                #expect(try await shop.queues()["notify.in"]?.consumers == consumers)
                next.process.signal(SIGTERM)
                #expect(try await next.process.exit(within: .seconds(5)) == 0)
                let lines = next.logText.split(separator: "\n")
                #expect(lines.count == 2, "\(next.logText)")
                #expect(lines.first?.contains("waiting for its end") == true)
                #expect(lines.first?.contains("notify.db") == true)
            }
            #expect(try await shop.process(.notify).health("ready").status == 200)
        }

        @Test("kill -9 of the old one lets the new one in, too")
        func killed() async throws {
            let shop = try ShopFixture.current()
            let (old, new) = try await shop.startBeside(.shipping)
            let silence = try await DoorWatch(port: old.port).longestSilence {
                try await waitFor("it waits") { try new.waitsForLock() }
                old.process.signal(SIGKILL)
                try await new.waitUntilReady()
            }
            #expect(silence < Self.limit)
        }

        @Test("A setting that is none ends the new one before the old one makes way")
        func wrongSetting() async throws {
            let shop = try ShopFixture.current()
            let next = try shop.launch(.notify, ["MAIL_FROM": "nobody"])
            #expect(try await next.endByItself() == 64)
            #expect(next.lastWords.contains("MAIL_FROM"))
            #expect(try await shop.process(.notify).health("ready").status == 200)
        }
    }
}
