import Foundation
import ShopRunning
import Testing

// What a shopkeeper asks, by the command line.
extension ShopFixture {
    /// Places orders that all ask for the same, and returns their ids once the broker has confirmed them.
    nonisolated func place(
        _ lines: String..., count: Int = 1, rate: Int? = nil, email: String = "ada@example.org"
    ) async throws -> [String] {
        var arguments = ["order", "place", "--json", "--email", email, "--count", "\(count)", "--line"] + lines
        if let rate { arguments += ["--rate", "\(rate)"] }
        let rows = try await command(arguments, within: .seconds(120)).checked().rows(of: PlacedRow.self)
        #expect(rows.count == count)
        #expect(rows.allSatisfy { $0.confirmed })
        return rows.map(\.orderId)
    }

    /// Nil when the order service does not know it (yet).
    nonisolated func order(_ id: String) async throws -> OrderRow? {
        let result = try await command("order", "show", id, "--json")
        return result.exitCode == 1 ? nil : try result.checked().rows(of: OrderRow.self).first
    }

    nonisolated func orders() async throws -> [String: OrderRow] {
        let rows = try await command("order", "list", "--json", "--limit", "10000").checked().rows(of: OrderRow.self)
        return Dictionary(rows.map { ($0.orderId, $0) }) { first, _ in first }
    }

    nonisolated func setStock(_ items: String...) async throws {
        _ = try await command(["stock", "set"] + items).checked()
    }

    nonisolated func stock(_ sku: String) async throws -> StockRow? {
        try await command("stock", "list", "--json").checked().rows(of: StockRow.self).first { $0.sku == sku }
    }

    nonisolated func deadLetters() async throws -> [LetterRow] {
        try await command("dead", "list", "--json").checked().rows()
    }

    nonisolated func queues() async throws -> [String: QueueRow] {
        let rows = try await command("status", "--json").checked().rows(of: QueueRow.self)
        return Dictionary(rows.map { ($0.queue, $0) }) { first, _ in first }
    }

    /// All mails that were sent, as they lie in the maildir.
    nonisolated func mails() throws -> [ShopMail] {
        let new = folder.appending(path: "mail/new")
        guard FileManager.default.fileExists(atPath: new.path) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: new, includingPropertiesForKeys: nil)
        return try files.map { ShopMail(try Data(contentsOf: $0)) }
    }

    nonisolated func mails(of orderID: String) throws -> [ShopMail] { try mails().filter { $0.orderID == orderID } }

    /// The books, with the arguments that follow; the exit code tells the same as `balanced`.
    nonisolated func audit(_ arguments: String...) async throws -> AuditRow {
        let result = try await command(["audit", "--json"] + arguments)
        let row = try #require(try result.rows(of: AuditRow.self).first, "\(result.errors)")
        #expect(result.exitCode == (row.balanced ? 0 : 1), "\(result.errors)")
        #expect(row.orders == row.shipped + row.rejected + row.cancelled + row.inFlight + row.parked + row.lost)
        return row
    }

    nonisolated func cancel(_ orderID: String) async throws {
        let result = try await command("order", "cancel", orderID, "--reason", "a test", "--json").checked()
        let rows = try result.rows(of: PlacedRow.self)
        #expect(rows.map(\.orderId) == [orderID.lowercased()] && rows.allSatisfy(\.confirmed))
    }

    // MARK: Waiting

    /// Waits until all these orders have this status and their mails are there: `order.created`, and the end's own.
    nonisolated func waitUntil(
        _ orderIDs: [String], are status: String, mails kinds: [String], within limit: Duration = .seconds(90)
    ) async throws {
        try await waitFor("\(orderIDs.count) orders that are \(status)", within: limit) {
            let orders = try await self.orders()
            return orderIDs.allSatisfy { orders[$0]?.status == status }
        }
        try await waitFor("the mails of \(orderIDs.count) orders that are \(status)", within: .seconds(30)) {
            let sent = try mailKinds()
            return orderIDs.allSatisfy { sent[$0, default: []].count >= kinds.count }
        }
        let sent = try mailKinds()
        for id in orderIDs { #expect(sent[id, default: []].sorted() == kinds.sorted(), "the mails of order \(id)") }
    }

    /// What kinds of mail each order's customer got.
    private nonisolated func mailKinds() throws -> [String: [String]] {
        Dictionary(grouping: try mails(), by: \.orderID).mapValues { $0.map(\.eventType) }
    }

    nonisolated func waitUntilShipped(_ orderIDs: [String], within limit: Duration = .seconds(90)) async throws {
        try await waitUntil(orderIDs, are: "shipped", mails: ["order.created", "shipping.started"], within: limit)
    }
}
