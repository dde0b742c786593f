import ShopEvents
import Testing

@testable import Shop

@Suite("An order before it is sent")
struct OrderDraftTests {
    private func draft(
        email: String = "a@b.c", name: String = "", address: String = "", lines: [String] = ["MUG=1"]
    ) throws(SKUQuantity.Problem) -> OrderDraft {
        try OrderDraft(email: email, name: name, address: address, lines: lines)
    }

    @Test func becomesTheCommand() throws {
        let order = try draft(name: "Ada Löv", address: "1 Main St", lines: ["MUG=2", "TEE=1"]).order(id: "id")
        #expect(
            order
                == PlaceOrder(
                    orderID: "id", customer: Customer(name: "Ada Löv", email: "a@b.c"), shipTo: "1 Main St",
                    lines: [OrderLine(sku: "MUG", quantity: 2), OrderLine(sku: "TEE", quantity: 1)]))
    }

    @Test(arguments: ["\r\nBcc: x@y.z", "\n", "\u{0}", "\u{1B}[2J", "\u{2028}"])
    func namesAndAddressesStayOnTheirLine(_ text: String) {
        #expect(throws: SKUQuantity.Problem("--name holds control characters")) { try draft(name: "Ada" + text) }
        #expect(throws: SKUQuantity.Problem("--address holds control characters")) { try draft(address: text) }
    }

    @Test func oneToAHundredLines() throws {
        let lines = (1...100).map { "S\($0)=1" }
        #expect(try draft(lines: lines).lines.count == 100)
        #expect(throws: SKUQuantity.Problem("an order has at most 100 lines, not 101")) {
            try draft(lines: lines + ["X=1"])
        }
        #expect(throws: SKUQuantity.Problem("an order needs at least one --line SKU=QTY")) { try draft(lines: []) }
    }

    @Test func problemsNameTheOption() {
        #expect(throws: SKUQuantity.Problem("--line 'MUG=0': the quantity must be from 1 to 10000")) {
            try draft(lines: ["MUG=0"])
        }
        #expect(throws: SKUQuantity.Problem("--email 'x' is not an e-mail address: it needs exactly one @")) {
            try draft(email: "x")
        }
    }
}
