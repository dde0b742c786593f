import ShopEvents
import Testing

@testable import OrderSvc

@Suite("What makes a valid order", .timeLimit(.minutes(1)))
struct OrderRulesTests {
    private func order(_ change: (inout PlaceOrder) -> Void = { _ in }) -> PlaceOrder {
        var order = PlaceOrder(
            orderID: "018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f", customer: Customer(name: "Ann", email: "ann@example.com"),
            shipTo: "Street 1\n1234 Town", lines: [OrderLine(sku: "MUG", quantity: 1)])
        change(&order)
        return order
    }

    @Test func aPlainOrderIsValid() throws {
        try OrderRules.checkAnswerable(order())
        #expect(OrderRules.faults(of: order()) == [])
    }

    @Test(arguments: [
        ("018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f", true), ("018F3B1C-7A2E-7C3D-9E4F-5A6B7C8D9E0F", true),
        ("", false), ("1", false), ("018f3b1c7a2e7c3d9e4f5a6b7c8d9e0f", false),
        ("018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0", false), ("018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0g", false),
        ("018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f-", false), ("018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f\n", false),
        ("{18f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0}", false), ("@18f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f", false),
    ])
    func orderIDs(id: String, isValid: Bool) {
        #expect(OrderRules.isUUID(id) == isValid)
    }

    @Test(arguments: [
        ("a@b", true), ("ann.o'neil+shop@example.com", true), ("a@b.c.d", true),
        (String(repeating: "a", count: 64) + "@example.com", true),
        (String(repeating: "a", count: 65) + "@example.com", false), ("", false), ("a", false), ("@b", false),
        ("a@", false), ("a@b@c", false), ("a b@c", false), ("a@b c", false), ("a@b\r\nBcc: x@y", false),
        ("a@b\n", false), ("a@b\0", false), ("a\t@b", false), ("ä@b", false), ("a@ü.example", false), ("a,b@c", false),
        ("<a@b>", false), ("a..b@c", false), (".a@b", false), ("a@b.", false), ("a@[127.0.0.1]", false),
        ("a@" + String(repeating: "b", count: 260), false),
    ])
    func emailAddresses(address: String, isValid: Bool) {
        #expect(OrderRules.isEmailAddress(address) == isValid)
    }

    @Test func whatCannotBeAnsweredIsRefused() {
        #expect(throws: OrderRules.Unanswerable.self) { try OrderRules.checkAnswerable(order { $0.orderID = "x" }) }
        #expect(throws: OrderRules.Unanswerable.self) {
            try OrderRules.checkAnswerable(order { $0.customer.email = "a@b\r\n" })
        }
    }

    @Test(arguments: [(-1, false), (0, false), (1, true), (10_000, true), (10_001, false), (Int.max, false)])
    func quantities(quantity: Int, isValid: Bool) {
        let order = order { $0.lines[0].quantity = quantity }
        #expect(OrderRules.faults(of: order).isEmpty == isValid)
    }

    @Test(arguments: [(0, false), (1, true), (100, true), (101, false), (10_000, false)])
    func numbersOfLines(count: Int, isValid: Bool) {
        let order = order { $0.lines = (0..<count).map { OrderLine(sku: "S\($0)", quantity: 1) } }
        let faults = OrderRules.faults(of: order)
        #expect(faults.isEmpty == isValid)
        #expect(faults.count < 5)
    }

    @Test(arguments: [-1, 1_000_000_001, Int.min])
    func impossiblePrices(price: Int) {
        #expect(OrderRules.faults(of: order { $0.lines[0].unitPrice = price }).count == 1)
    }

    @Test func aProductStandsInOneLine() {
        let order = order { $0.lines += [OrderLine(sku: "MUG", quantity: 2)] }
        #expect(OrderRules.faults(of: order) == ["The product MUG stands in two lines."])
    }

    @Test(arguments: ["", "A\u{0}", "A\r\nB", String(repeating: "x", count: 65), "\u{2028}"])
    func productsThatCannotBeNamed(sku: String) {
        #expect(OrderRules.faults(of: order { $0.lines[0].sku = sku }).count == 1)
    }

    @Test(arguments: ["", "eur", "EURO", "E1R", "€€€"])
    func currencies(currency: String) {
        #expect(OrderRules.faults(of: order { $0.currency = currency }).count == 1)
    }

    @Test(arguments: ["Ann\r\nBcc: x@y", "A\u{7F}", "A\u{85}", "A\u{2029}", String(repeating: "x", count: 201)])
    func namesThatMustNotReachAHeader(name: String) {
        #expect(OrderRules.faults(of: order { $0.customer.name = name }) == ["The name cannot be used."])
    }

    @Test(arguments: ["", "Ann", "Änne Ó'Neil 王 🙂", String(repeating: "x", count: 200)])
    func namesThatAreFine(name: String) {
        #expect(OrderRules.faults(of: order { $0.customer.name = name }).isEmpty)
    }
}
