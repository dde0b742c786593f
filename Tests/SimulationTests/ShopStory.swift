import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Ledger
import ShopEvents

@testable import InventorySvc

/// What customers and shopkeepers do in one world, as its seed has it.
struct ShopStory {
    /// All that was asked for under one order id.
    struct Wish {
        var id: String
        /// In any order; the first one to arrive counts.
        var placings: [PlaceOrder] = []
        var isCancelled = false
        /// A placing that nobody can answer: it becomes a letter, whatever happens.
        var hasUnanswerable = false
        /// Placings with the same id and another body: all but the first to arrive become letters.
        var others = 0
    }

    let seed: UInt64
    var wishes: [Wish] = []
    private(set) var products: [String] = []

    /// Ids and products begin with it, so that a world finds its own in a database that serves many.
    static func prefix(_ seed: UInt64) -> String {
        let digits = String(seed, radix: 16)
        let text = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(text.prefix(8))-\(text.dropFirst(8).prefix(4))-\(text.suffix(4))-"
    }

    init(_ world: SimulatedWorld, _ stage: ShopStage, _ inventory: SimulatedBus) async throws {
        seed = world.seed
        products = (0...world.choose(3)).map { "\(Self.prefix(seed))\($0)" }
        for sku in products {
            set(sku, world.choose(12), after: 0, by: inventory, stage)
            if world.choose(2) == 0 { set(sku, world.choose(7), after: world.choose(60), by: inventory, stage) }
        }
        for number in 0..<3 + world.choose(1 + world.choose(6)) { try wish(number, in: world) }
    }

    private func set(_ sku: String, _ amount: Int, after step: Int, by inventory: SimulatedBus, _ stage: ShopStage) {
        inventory.errand("\(amount) on hand of …\(sku.suffix(1))", after: step) {
            _ = try await stage.inventory.write {
                try StockStore(transaction: $0).set(sku, onHand: amount, reason: "simulated")
            }
        }
    }

    private mutating func wish(_ number: Int, in world: SimulatedWorld) throws {
        let digits = String(number + 1, radix: 16)
        var wish = Wish(id: "\(Self.prefix(seed))8000-\(String(repeating: "0", count: 12 - digits.count))\(digits)")
        let order = order(wish.id, in: world)
        wish.placings.append(order)
        if world.choose(4) == 0 { wish.placings.append(order) }
        if world.choose(8) == 0 {
            var other = order
            other.shipTo += ", second floor"
            wish.placings.append(other)
            wish.others = 1
        }
        if world.choose(12) == 0 {
            var unanswerable = order
            unanswerable.customer.email = "nobody"
            wish.hasUnanswerable = true
            try world.send(unanswerable, after: world.choose(60))
        }
        let start = 2 + world.choose(20)
        for placing in wish.placings { try world.send(placing, after: start) }
        if world.choose(2) == 0 {
            wish.isCancelled = true
            let cancel = CancelOrder(orderID: wish.id, reason: "changed my mind")
            // From before the order to after its end.
            for _ in 0...world.choose(2) { try world.send(cancel, after: start - 2 + world.choose(40)) }
        }
        wishes.append(wish)
    }

    /// Mostly a good one; some ask for nothing, for what nobody has, or for too much.
    private func order(_ id: String, in world: SimulatedWorld) -> PlaceOrder {
        var lines = products.filter { _ in world.choose(2) == 0 }.map {
            OrderLine(sku: $0, quantity: 1 + world.choose(3))
        }
        if lines.isEmpty, world.choose(4) > 0 { lines = [OrderLine(sku: products[0], quantity: 1 + world.choose(3))] }
        if world.choose(10) == 0 { lines.append(OrderLine(sku: "nobody has it", quantity: 1)) }
        if world.choose(10) == 0, !lines.isEmpty { lines[0].quantity = 0 }
        return PlaceOrder(
            orderID: id, customer: Customer(name: "Ann", email: "ann@example.com"), shipTo: "Here 1", lines: lines)
    }
}
