import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import InventorySvc

@Suite("Inventory over a real ledger", .timeLimit(.minutes(1)))
struct InventoryHandlerTests {
    @Test func takesAllLinesOrNone() async throws {
        try await withStock(["LAMP": 2, "MUG": 1]) { ledger in
            let results = try await ledger.handle([
                Self.order("a", ["LAMP": 1, "MUG": 2]), Self.order("b", ["LAMP": 1, "MUG": 1]),
                Self.order("c", ["LAMP": 1, "NOPE": 1]),
            ])
            #expect(results.allSatisfy { if case .handled = $0 { true } else { false } })
            #expect(try await Self.stock(ledger) == ["LAMP": [1, 1], "MUG": [0, 1]])
        }
    }

    @Test func anOrderIsDecidedOnceWhateverEventBringsIt() async throws {
        try await withStock(["LAMP": 5]) { ledger in
            let first = Self.order("a", ["LAMP": 1])
            _ = try await ledger.handle([first, first, Self.order("a", ["LAMP": 1])])
            _ = try await ledger.handle([Self.order("a", ["LAMP": 1]), first])
            #expect(try await Self.stock(ledger) == ["LAMP": [4, 1]])
        }
    }

    @Test func theLastPieceGoesToOneOrder() async throws {
        try await withStock(["LAMP": 1]) { ledger in
            _ = try await ledger.handle((0..<50).map { Self.order("order-\($0)", ["LAMP": 1]) })
            #expect(try await Self.stock(ledger) == ["LAMP": [0, 1]])
        }
    }

    /// Any history of orders and of stock set by hand keeps the books: adjustments = on hand + taken, none negative.
    @Test(arguments: [1, 2, 3, 4, 5, 20_261_123])
    func theBooksBalance(seed: UInt64) async throws {
        var random = Generator(state: seed)
        try await withStock(["A": 3, "B": 3]) { ledger in
            for step in 0..<60 {
                if Int.random(in: 0..<5, using: &random) == 0 {
                    let sku = ["A", "B"].randomElement(using: &random) ?? "A"
                    let amount = Int.random(in: 0...6, using: &random)
                    _ = try await ledger.write { transaction in
                        try StockStore(transaction: transaction).set(sku, onHand: amount, reason: "test")
                    }
                } else {
                    let lines = [
                        "A": Int.random(in: 0...2, using: &random), "B": Int.random(in: 0...2, using: &random),
                    ]
                    _ = try await ledger.handle([Self.order("\(step)", lines)])
                }
            }
            let adjusted = try await ledger.read { transaction in
                try transaction.query("SELECT sku, SUM(amount) AS total FROM adjustments GROUP BY sku")
                    .reduce(into: [String: Int]()) { $0[try $1.text("sku")] = try $1.int("total") }
            }
            for (sku, item) in try await Self.stock(ledger) {
                #expect(item[0] >= 0 && item[1] >= 0, "seed \(seed)")
                #expect(adjusted[sku] == item[0] + item[1], "seed \(seed)")
            }
        }
    }

    // MARK: Fixture

    private func withStock(_ stock: [String: Int], _ body: (EventLedger) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "inventory-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: folder + "/inventory.db", migrations: StockStore.migrations,
            encoder: EventEncoder(source: "/shop/inventory"), logger: Logger(label: "test"))
        InventoryHandlers.register(on: ledger)
        try await ledger.write { transaction in
            for (sku, amount) in stock {
                _ = try StockStore(transaction: transaction).set(sku, onHand: amount, reason: "test")
            }
        }
        try await body(ledger)
        try ledger.close()
    }

    /// On hand and taken, by product.
    private static func stock(_ ledger: EventLedger) async throws -> [String: [Int]] {
        try await ledger.read { try StockStore(transaction: $0).list() }
            .reduce(into: [:]) { $0[$1.sku] = [$1.onHand, $1.taken] }
    }

    private static func order(_ id: String, _ lines: [String: Int]) -> IncomingEvent {
        let event = OrderCreated(
            orderID: id, customer: Customer(name: "Ann", email: "ann@example.com"), shipTo: "", currency: "EUR",
            lines: lines.sorted { $0.key < $1.key }.map { OrderLine(sku: $0.key, quantity: $0.value) })
        let metadata = EventMetadata(
            source: "/shop/order", type: OrderCreated.type, subject: id, correlationID: id)
        return IncomingEvent(
            event: event, context: EventContext(metadata: metadata, routingKey: OrderCreated.routingKey))
    }

    /// SplitMix64: small, seeded, the same everywhere.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
