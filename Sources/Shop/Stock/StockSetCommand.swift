import ArgumentParser

/// Tells the inventory service what is on hand.
struct StockSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set what is on hand of one product or several.")

    static let quantities = 0...1_000_000_000

    @Argument(help: "SKU=QTY, QTY 0 or more.")
    var items: [String]

    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try parsed() }

    private func parsed() throws -> [SKUQuantity] {
        do {
            return try SKUQuantity.list(items, quantities: Self.quantities)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        let items = try parsed()
        let isJSON = output.json
        let rows = try await ServiceClient.with(try Settings().inventoryService()) { client in
            var rows: [StockRow] = []
            for item in items {
                let row = try await client.put(
                    StockRow.path(item.sku), StockChange(onHand: item.quantity), as: StockRow.self)
                // A later one may fail: what was set is said at once.
                if isJSON { try Output.json(row) }
                rows.append(row)
            }
            return rows
        }
        if !isJSON { try StockRow.print(rows, isJSON: false) }
    }
}
