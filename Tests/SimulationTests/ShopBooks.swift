import AMQPBridge
import AMQPBridgeTesting
import Ledger
import ShopEvents

@testable import InventorySvc
@testable import NotifySvc
@testable import OrderSvc
@testable import ShippingSvc

/// What the services have written down about one world, held against what was asked for and against each other.
struct ShopBooks {
    private let story: ShopStory
    private let orders: [String: AuditRecord.Order]
    private let decisions: [String: AuditRecord.Decision]
    private let shipments: [String: AuditRecord.Shipment.State]
    private let stock: [AuditRecord.Stock]
    private let mails: [String: [String]]
    private let letters: [SimulatedLetter]
    /// Orders that were told one and the same event more than once.
    private let toldTwice: [String]

    init(of story: ShopStory, _ stage: ShopStage, _ mails: SimulatedMail, _ letters: [SimulatedLetter]) async throws {
        let (first, limit) = (ShopStory.prefix(story.seed), 20)
        func own<Fact>(_ facts: [Fact], _ id: (Fact) -> String) -> [String: Fact] {
            Dictionary(facts.filter { id($0).hasPrefix(first) }.map { (id($0), $0) }) { one, _ in one }
        }
        self.story = story
        self.letters = letters
        self.mails = mails.sent
        orders = own(
            try await stage.order.read { try OrderStore(transaction: $0).facts(after: first, limit: limit) }, \.orderID)
        decisions = own(
            try await stage.inventory.read { try DecisionStore(transaction: $0).facts(after: first, limit: limit) },
            \.orderID)
        let parcels = try await stage.shipping.read {
            try ShipmentStore(transaction: $0).facts(after: first, limit: limit)
        }
        shipments = own(parcels, \.orderID).mapValues(\.state)
        toldTwice = try await stage.order.read { transaction in
            try transaction.query(
                """
                SELECT order_id FROM order_history WHERE order_id > ? AND order_id < ?
                GROUP BY order_id, event_id, source HAVING COUNT(*) > 1
                """,
                .text(first), .text("\(first)~")
            ).map { try $0.text("order_id") }
        }
        stock = try await stage.inventory.read { try StockStore(transaction: $0).facts(after: first, limit: limit) }
            .filter { $0.sku.hasPrefix(first) }
    }

    /// How many orders came to which end here; and what had to be undone, refused or given up on the way.
    func count(into totals: inout [String: Int]) {
        for order in orders.values {
            let isTombstone = order.status == "cancelled" && !order.created
            totals[isTombstone ? "cancelled before they came" : order.status, default: 0] += 1
        }
        totals["released", default: 0] += decisions.values.count { $0.outcome == .released }
        totals["cancelled too late", default: 0] += story.wishes.count {
            $0.isCancelled && orders[$0.id]?.status == "shipped"
        }
        totals["letters", default: 0] += letters.count
    }

    /// Everything that is wrong, in words; empty when the books balance.
    func faults() -> [String] {
        story.wishes.flatMap(faults(of:)) + stockFaults() + letterFaults()
            + toldTwice.map { "\($0): one event had two effects" }
    }

    private func faults(of wish: ShopStory.Wish) -> [String] {
        guard let order = orders[wish.id] else { return ["\(wish.id) is lost"] }
        var faults: [String] = []
        func expect(_ isRight: Bool, _ fault: String) {
            if !isRight { faults.append("\(wish.id) (\(order.status)): \(fault)") }
        }
        let outcome = decisions[wish.id]?.outcome
        let shipment = shipments[wish.id]
        switch order.status {
        case "shipped":
            expect(outcome == .taken && shipment == .shipped, "taken? \(outcome as Any), shipped? \(shipment as Any)")
        case "rejected":
            expect(outcome == (order.created ? .refused : nil), "\(outcome as Any)")
            expect(shipment != .shipped, "shipped")
        case "cancelled":
            // The stock may be short while it is cancelled; only then its refusal came too late to count.
            let right: Set<AuditRecord.Decision.Outcome?> = order.created ? [.released, .cancelled, .refused] : [nil]
            expect(right.contains(outcome), "\(outcome as Any)")
            expect(shipment == (order.created ? .cancelled : nil), "\(shipment as Any)")
            expect(wish.isCancelled, "nobody wanted that")
        default: expect(false, "has not come to its end")
        }
        let due = Self.mails(due: order)
        expect(mails[wish.id, default: []] == due, "mails \(mails[wish.id, default: []]) instead of \(due)")
        return faults
    }

    private static func mails(due order: AuditRecord.Order) -> [String] {
        let end = ["shipped": "shipping.started", "rejected": "order.rejected", "cancelled": "order.cancelled"]
        return ((order.created ? ["order.created"] : []) + (order.addressed ? [end[order.status] ?? ""] : [])).sorted()
    }

    private func stockFaults() -> [String] {
        var taken: [String: Int] = [:]
        for decision in decisions.values where decision.outcome == .taken {
            taken.merge(decision.pieces, uniquingKeysWith: +)
        }
        return stock.flatMap { product in
            var faults: [String] = []
            if product.onHand < 0 || product.taken < 0 { faults.append("\(product) is below zero") }
            if product.adjusted != product.onHand + product.taken { faults.append("\(product) does not balance") }
            if product.taken != taken[product.sku, default: 0] { faults.append("\(product): not what was decided") }
            return faults
        }
    }

    /// Letters are due for what nobody can answer and for the same id with another body, and for nothing else.
    private func letterFaults() -> [String] {
        story.wishes.flatMap { wish in
            let letters = letters.filter { $0.event.key == wish.id }
            let unanswerable = letters.count { $0.error.contains("e-mail") }
            let others = letters.count { $0.error.contains("other contents") }
            var faults: [String] = []
            if (unanswerable > 0) != wish.hasUnanswerable { faults.append("\(unanswerable) unanswerable") }
            if (others > 0) != (wish.others > 0) { faults.append("\(others) with other contents") }
            let expected = unanswerable + others
            if letters.count > expected {
                faults += letters.map { "letter of \($0.service): \($0.event.routingKey): \($0.error)" }
            }
            return faults.map { "\(wish.id): \($0)" }
        }
    }
}
