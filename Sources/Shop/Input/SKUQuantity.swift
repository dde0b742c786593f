/// A product and a number, as typed: `SKU=QTY`.
struct SKUQuantity: Equatable {
    var sku: String
    var quantity: Int

    static let maxSKUBytes = 64

    /// What is wrong with it, as a sentence.
    struct Problem: Error, Equatable, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    init(sku: String, quantity: Int) {
        self.sku = sku
        self.quantity = quantity
    }

    init(_ text: String, quantities: ClosedRange<Int>) throws(Problem) {
        let shown = Visible.text(text)
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Problem("'\(shown)' is not SKU=QTY, for example MUG=2") }
        sku = try Self.sku(parts[0], in: shown)
        quantity = try Self.quantity(parts[1], in: shown, quantities)
    }

    /// Several of them; none twice, because which of the two was meant nobody can tell.
    static func list(_ texts: [String], quantities: ClosedRange<Int>) throws(Problem) -> [SKUQuantity] {
        var list: [SKUQuantity] = []
        var seen: Set<String> = []
        for text in texts {
            let item = try SKUQuantity(text, quantities: quantities)
            guard seen.insert(item.sku).inserted else { throw Problem("'\(item.sku)' is named twice") }
            list.append(item)
        }
        return list
    }

    private static func sku(_ text: Substring, in shown: String) throws(Problem) -> String {
        guard text.contains(where: { !$0.isWhitespace }) else { throw Problem("'\(shown)': the SKU is missing") }
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            throw Problem("'\(shown)': the SKU starts or ends with a blank")
        }
        guard text.utf8.count <= maxSKUBytes else {
            throw Problem("'\(shown)': the SKU is longer than \(maxSKUBytes) bytes")
        }
        guard !PlainText.holdsControls(String(text)) else {
            throw Problem("'\(shown)': the SKU holds control characters")
        }
        return String(text)
    }

    private static func quantity(_ text: Substring, in shown: String, _ range: ClosedRange<Int>) throws(Problem) -> Int
    {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw Problem("'\(shown)': the quantity is not a whole number")
        }
        // What doesn't even fit an Int is out of range as well.
        guard let number = Int(text), range.contains(number) else {
            throw Problem("'\(shown)': the quantity must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
