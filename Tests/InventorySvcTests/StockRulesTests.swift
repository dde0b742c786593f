import ShopEvents
import Testing

@testable import InventorySvc

@Suite("Stock rules: all lines or none", .timeLimit(.minutes(1)))
struct StockRulesTests {
    /// Every order of up to two lines over two products against every small stock, unknown products included.
    @Test func everySmallCase() {
        let stocks: [Int?] = [nil, 0, 1, 2, 3]
        let quantities = [-1, 0, 1, 2, 3, 4]
        for lamp in stocks {
            for mug in stocks {
                for first in quantities {
                    for second in quantities {
                        check([("LAMP", first), ("MUG", second)], ["LAMP": lamp, "MUG": mug])
                        check([("LAMP", first), ("LAMP", second)], ["LAMP": lamp, "MUG": mug])
                    }
                }
            }
        }
    }

    private func check(_ lines: [(String, Int)], _ stock: [String: Int?]) {
        let onHand = stock.compactMapValues { $0 }
        let wanted = Dictionary(lines.map { ($0.0, max(0, $0.1)) }, uniquingKeysWith: +)
        let canServe = wanted.allSatisfy { sku, amount in onHand[sku].map { $0 >= amount } ?? false }
        switch StockRules.decide(lines.map { OrderLine(sku: $0.0, quantity: $0.1) }, onHand: onHand) {
        case .take(let amounts):
            #expect(canServe)
            #expect(amounts == wanted)
            for (sku, amount) in amounts { #expect((onHand[sku] ?? -1) - amount >= 0) }
        case .refuse(let shortages):
            #expect(!canServe)
            let short = Set(wanted.filter { sku, amount in onHand[sku].map { $0 < amount } ?? true }.keys)
            #expect(Set(shortages.map(\.sku)) == short)
            for shortage in shortages { #expect(shortage.available == onHand[shortage.sku]) }
        }
    }

    @Test func hugeQuantitiesDoNotOverflow() {
        let lines = [OrderLine(sku: "A", quantity: .max), OrderLine(sku: "A", quantity: .max)]
        guard case .refuse(let shortages) = StockRules.decide(lines, onHand: ["A": 5]) else {
            Issue.record("taken")
            return
        }
        #expect(shortages == [InventoryRejected.Shortage(sku: "A", wanted: .max, available: 5)])
    }

    @Test func noLinesTakeNothing() {
        #expect(StockRules.decide([], onHand: [:]) == .take([:]))
    }
}
