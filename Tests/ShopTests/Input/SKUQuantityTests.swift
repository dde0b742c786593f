import Testing

@testable import Shop

@Suite("SKU=QTY as typed")
struct SKUQuantityTests {
    private static let range = 1...10_000

    @Test(arguments: [
        ("MUG=1", "MUG", 1), ("MUG=10000", "MUG", 10_000), ("MUG=007", "MUG", 7), ("a b/c=2", "a b/c", 2),
        ("ΤΣΆΙ=3", "ΤΣΆΙ", 3), (".=1", ".", 1), ("-1=1", "-1", 1),
    ])
    func reads(_ text: String, _ sku: String, _ quantity: Int) throws {
        #expect(try SKUQuantity(text, quantities: Self.range) == SKUQuantity(sku: sku, quantity: quantity))
    }

    @Test(arguments: [
        "", "=", "MUG", "MUG=", "=1", " =1", " MUG=1", "MUG =1", "MUG=1=2", "MUG==1", "MUG:1", "MUG= 1", "MUG=1 ",
        "MUG=+1", "MUG=1.0", "MUG=1e3", "MUG=0x1", "MUG=١", "MUG=x", "MUG=--1", "MUG=-", "MUG=1,000",
        "MU\nG=1", "MU\u{0}G=1", "MU\u{1B}G=1", "MU\u{7F}G=1", "MU\u{85}G=1", "MU\u{2028}G=1", "MUG=1\n",
    ])
    func refusesWhatIsMalformed(_ text: String) {
        #expect(throws: SKUQuantity.Problem.self) { try SKUQuantity(text, quantities: Self.range) }
    }

    @Test(arguments: [
        "0", "-0", "-1", "-10000", "10001", "9223372036854775807", "9223372036854775808", "-99999999999999999999",
    ])
    func refusesWhatIsOutOfRange(_ quantity: String) {
        let expected = SKUQuantity.Problem("'MUG=\(quantity)': the quantity must be from 1 to 10000")
        #expect(throws: expected) { try SKUQuantity("MUG=\(quantity)", quantities: Self.range) }
    }

    @Test func zeroIsAQuantityWhereTheRangeSaysSo() throws {
        #expect(try SKUQuantity("MUG=0", quantities: 0...5).quantity == 0)
    }

    @Test func aSKUHasAtMost64BytesOfUTF8() throws {
        let longest = String(repeating: "é", count: 32)
        #expect(try SKUQuantity(longest + "=1", quantities: Self.range).sku == longest)
        #expect(throws: SKUQuantity.Problem("'\(longest)x=1': the SKU is longer than 64 bytes")) {
            try SKUQuantity(longest + "x=1", quantities: Self.range)
        }
    }

    @Test func aSKUMayBeNamedOnce() throws {
        #expect(try SKUQuantity.list(["A=1", "a=1", "B=2"], quantities: Self.range).count == 3)
        #expect(throws: SKUQuantity.Problem("'A' is named twice")) {
            try SKUQuantity.list(["A=1", "B=1", "A=1"], quantities: Self.range)
        }
    }

    @Test func theMessageHoldsNoControlCharacters() {
        let problem = #expect(throws: SKUQuantity.Problem.self) {
            try SKUQuantity("A\u{1B}[2J=1", quantities: Self.range)
        }
        #expect(problem.map { !PlainText.holdsControls($0.description) } == true)
    }
}
