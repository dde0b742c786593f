import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// P7: the books balance, whatever goes on; and when they do not, it is said what and where.
    @Suite("The books", .shop, .serialized, .timeLimit(.minutes(3)))
    struct Audit {
        @Test("They balance while orders come and go, and when all have ended")
        func whileOrdersFlow() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("FLOW=1000", "FEW=3")
            async let placing = shop.place("FLOW=1", count: 40, rate: 10)
            for _ in 0..<3 {
                let row = try await shop.audit()
                #expect(row.balanced, "\(row.problems)")
            }
            let shipped = try await placing
            let refused = try await shop.place("FLOW=1", "FEW=4")
            try await shop.waitUntilShipped(shipped)
            try await shop.waitUntil(refused, are: "rejected", mails: ["order.created", "order.rejected"])
            let row = try await shop.audit()
            #expect(row.balanced && row.inFlight == 0 && row.lost == 0 && row.doubled == 0, "\(row.problems)")
            #expect(row.shipped == 40 && row.rejected == 1 && row.emails == 82)
        }

        @Test(
            "They balance with a service down and its work waiting: it is in flight, and that is no excuse for others")
        func withWorkWaiting() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("WAITS=100")
            try await shop.kill(.shipping)
            let ids = try await shop.place("WAITS=1", count: 5)
            try await waitFor("the orders' stock") { try await shop.stock("WAITS")?.taken == 5 }
            let result = try await shop.command("audit")
            #expect(result.exitCode == 69)
            #expect(
                result.errors.contains("shipping") && result.errors.contains("http://127.0.0.1:"), "\(result.errors)")
            try await shop.start(.shipping)
            #expect(try await shop.audit().balanced)
            try await shop.waitUntilShipped(ids)
            #expect(try await shop.audit().balanced)
        }

        @Test("A piece of stock too few, a shipment that is gone: each is named, with its product or order")
        func brokenBooks() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("BROKEN=10")
            let id = try #require(try await shop.place("BROKEN=2").first)
            try await shop.waitUntilShipped([id])
            #expect(try await shop.audit().balanced)
            try await shop.change(.inventory, "UPDATE stock SET on_hand = on_hand - 1 WHERE sku = 'BROKEN'")
            let stock = try await shop.audit()
            #expect(stock.problems.map(\.sku) == ["BROKEN"])
            try await shop.change(.inventory, "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'BROKEN'")
            #expect(try await shop.audit().balanced)

            try await shop.change(.shipping, "UPDATE shipments SET state = 'cancelled' WHERE order_id = '\(id)'")
            let shipment = try await shop.audit()
            #expect(shipment.problems.map(\.orderId) == [id])
            let text = try await shop.command("audit")
            #expect(text.exitCode == 1)
            #expect(text.output.contains("order \(id): shipped, but its shipment is cancelled"), "\(text.output)")
            try await shop.change(.shipping, "UPDATE shipments SET state = 'shipped' WHERE order_id = '\(id)'")

            try await shop.change(.order, "UPDATE orders SET order_id = '\(id)-' WHERE order_id = '\(id)'")
            let lost = try await shop.audit("--wait", "1s")
            #expect(lost.lost == 1)
            #expect(lost.problems.contains { $0.orderId == id }, "\(lost.problems)")
            try await shop.change(.order, "UPDATE orders SET order_id = '\(id)' WHERE order_id = '\(id)-'")
            #expect(try await shop.audit().balanced)
        }

        @Test("An order that was confirmed and that nobody knows is lost; one that was given up is parked")
        func placedOrders() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("THERE=10")
            let known = try #require(try await shop.place("THERE=1").first)
            try await shop.waitUntilShipped([known])
            let before = try await shop.audit()
            // Nobody can be told that this one is bad.
            let parked = UUID().uuidString.lowercased()
            let order = ForeignClient.order(parked, lines: #"[{"sku": "THERE", "quantity": 1}]"#, email: "nobody")
            try await ForeignClient.publish(ForeignMessage(ForeignClient.event(order)), to: shop.brokerURL)
            try await waitFor("the letter") { try await shop.deadLetters().contains { $0.service == "order" } }
            let after = try await shop.audit()
            #expect(after.balanced && after.parked == before.parked + 1, "\(after.problems)")

            let lost = UUID().uuidString.lowercased()
            let file = shop.folder.appending(path: "placed.jsonl")
            let lines = [known, parked, lost].map { #"{"order_id":"\#($0)","confirmed":true}"# }
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            let row = try await shop.audit("--placed", file.path, "--wait", "1s")
            #expect(row.lost == 1 && row.problems.map(\.orderId) == [lost], "\(row.problems)")
        }

        @Test(
            "What answers is not the service, or is cut: an error that says so, and no judgement",
            arguments: [
                ("nonsense\n", "200 OK", Int32(1), "is not the inventory service"),
                (
                    #"{"kind":"mail","order_id":"x","event":"order.created","state":"sent"}"# + "\n", "200 OK", 1,
                    "is not"
                ),
                (
                    #"{"kind":"stock","sku":"A","on_hand":1,"taken":0,"adjusted":1}"# + "\n", "200 OK", 69,
                    "ends too early"
                ),
                (#"{"kind":"end","records":1}"# + "\n", "200 OK", 69, "ends too early"),
                (#"{"kind":"end","#, "200 OK", 69, "ends too early"), ("", "404 Not Found", 1, "answered 404"),
            ])
        func oddAnswers(_ body: String, _ status: String, _ exitCode: Int32, _ complaint: String) async throws {
            let shop = try ShopFixture.current()
            let odd = try CannedService(body, status: status)
            defer { odd.stop() }
            let result = try await shop.command(["audit", "--json"], environment: ["INVENTORY_URL": odd.url])
            #expect(result.exitCode == exitCode)
            #expect(result.errors.contains(complaint), "\(result.errors)")
            #expect(result.output == "")
        }
    }
}

extension ShopFixture {
    /// Changes a service's database behind its back.
    func change(_ service: ShopService, _ statement: String) async throws {
        _ = try await stop(service)
        let file = folder.appending(path: "data/\(service.rawValue)/\(service.rawValue).db")
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        let python = Command(executable: ForeignClient.python, arguments: ["-c", script, file.path, statement])
        _ = try await python.run().checked()
        try await start(service)
    }
}
