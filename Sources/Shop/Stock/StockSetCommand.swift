import ArgumentParser
import ShopEvents

/// Tells the inventory service what is on hand.
struct StockSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set what is on hand of one product or several.")

    static let quantities = 0...1_000_000_000

    @Argument(help: "SKU=QTY, QTY 0 or more.")
    var items: [String]

    @Option(help: "Why, for the books; up to \(Reason.maxBytes) bytes.")
    var reason: String?

    @Option(help: "Fewer on hand than this are reported as low, once each time.")
    var lowBelow: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        _ = try parsed()
        if let problem = reason.flatMap(Reason.problem) { throw ValidationError("--reason \(problem)") }
        if let lowBelow, !Self.quantities.contains(lowBelow) {
            let (least, most) = (Self.quantities.lowerBound, Self.quantities.upperBound)
            throw ValidationError("--low-below must be from \(least) to \(most), not \(lowBelow)")
        }
    }

    private func parsed() throws -> [SKUQuantity] {
        do {
            return try SKUQuantity.list(items, quantities: Self.quantities)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        let items = try parsed()
        let (isJSON, reason, lowBelow) = (output.json, reason, lowBelow)
        let rows = try await ServiceClient.with(try Settings().address(of: .inventory)) { client in
            var rows: [StockRow] = []
            for item in items {
                let change = StockChange(onHand: item.quantity, reason: reason, lowBelow: lowBelow)
                let row = try await client.put(StockRow.path(item.sku), change, as: StockRow.self)
                // A later one may fail: what was set is said at once.
                if isJSON { try Output.json(row) }
                rows.append(row)
            }
            return rows
        }
        if !isJSON { try StockRow.print(rows, isJSON: false) }
    }
}
