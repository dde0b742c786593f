import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop {
    /// Every service ends as by kill -9 exactly there, comes back, and the books balance.
    @Suite("Crashes between any two steps: nothing is lost and nothing done twice", .shop, .serialized)
    struct CrashMatrix {
        private static let steps = ["receive", "begin", "handler", "commit", "publish", "confirm", "mark", "ack"]
        static let points = ["before", "after"].flatMap { when in steps.map { "\(when)-\($0)" } }
        private static let times = Thorough.choose(25, else: 1)

        /// All four at once: each crashes while the others do.
        @Test("crash point", .timeLimit(.minutes(10)), arguments: points)
        func crash(at point: String) async throws {
            let shop = try ShopFixture.current()
            let services = ShopService.workers.filter { reaches($0, point) }
            let sku = "CRASH-\(point.uppercased())"
            try await shop.setStock("\(sku)=100000")
            for service in services { try await shop.kill(service) }
            let crashes = try await withThrowingTaskGroup(of: (ShopService, Int).self) { group in
                for service in services {
                    group.addTask { (service, try await crash(service, at: point, in: shop)) }
                }
                group.addTask {
                    while !Task.isCancelled { try await trade(sku, in: shop) }
                    return (.order, 0)
                }
                var crashes: [ShopService: Int] = [:]
                while crashes.count < services.count, let (service, count) = try await group.next() {
                    crashes[service] = count
                }
                group.cancelAll()
                return crashes
            }
            let row = try await waitFor("\(point): all orders at their end", within: .seconds(120)) {
                let row = try await shop.command("audit", "--json").rows(of: AuditRow.self).first
                return row?.inFlight == 0 ? row : nil
            }
            #expect(row.lost == 0 && row.doubled == 0 && row.parked == 0 && row.balanced, "\(row)")
            try await expectOneMailOfAKind(in: shop)
            try CrashTable.note(point, crashes, row)
        }

        /// Notify has no outbox: it sends mail instead, in its handler.
        private func reaches(_ service: ShopService, _ point: String) -> Bool {
            service != .notify || !["publish", "confirm", "mark"].contains { point.hasSuffix($0) }
        }

        /// - Returns: how often it crashed there; it runs afterwards.
        private func crash(_ service: ShopService, at point: String, in shop: ShopFixture) async throws -> Int {
            for time in 1...Self.times {
                // Not always at the first event: one that killed its service more than twenty times would be parked.
                let passing = 1 + (time - 1) % 3
                let process = try shop.launch(service, ["CRASH_AT": "\(point):\(passing)"])
                let exitCode = try await process.whileRunning {
                    try await process.process.exit(within: .seconds(60))
                }
                #expect(exitCode == 128 + SIGKILL, "\(service), \(time): \(process.lastWords)")
            }
            try await shop.start(service)
            return Self.times
        }

        /// Some that can be served, one that cannot, and two that are cancelled, one of them before it came.
        private func trade(_ sku: String, in shop: ShopFixture) async throws {
            let ids = try await shop.place("\(sku)=2", count: 3)
            _ = try await shop.place("\(sku)=10000", "NO-SUCH-THING=1")
            let early = UUID().uuidString.lowercased()
            for id in [ids[0], early] { _ = try await shop.command("order", "cancel", id).checked() }
            _ = try await shop.command(
                "order", "place", "--id", early, "--email", "ada@example.org", "--line", "\(sku)=1"
            ).checked()
        }

        /// What `shop audit` says is one witness; the folder of mails is another.
        private func expectOneMailOfAKind(in shop: ShopFixture) async throws {
            let mails = Dictionary(grouping: try shop.mails()) { "\($0.orderID) \($0.eventType)" }
            for (mail, copies) in mails { #expect(copies.count == 1, "\(mail)") }
        }
    }
}

/// The matrix, for whoever reads about the run: `$RUN_DIR/crash-matrix.md`.
private enum CrashTable {
    static func note(_ point: String, _ crashes: [ShopService: Int], _ row: AuditRow) throws {
        let cells = ShopService.workers.map { crashes[$0].map { "\($0)" } ?? "–" }
        let counts = [row.orders, row.shipped, row.rejected, row.cancelled, row.lost, row.doubled].map { "\($0)" }
        try append(([point] + cells + counts).joined(separator: " | "))
    }

    private static func append(_ cells: String) throws {
        let file = URL(filePath: try ShopBroker.given().runDirectory).appending(path: "crash-matrix.md")
        var text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        if text.isEmpty {
            let names = ["crash at"] + ShopService.workers.map(\.rawValue)
            let heads = names + ["orders so far", "shipped", "rejected", "cancelled", "lost", "doubled"]
            text = "| \(heads.joined(separator: " | ")) |\n|\(String(repeating: "---|", count: heads.count))\n"
        }
        try (text + "| \(cells) |\n").write(to: file, atomically: true, encoding: .utf8)
    }
}
