import ArgumentParser
import ShopEvents

/// Asks the inventory service for all its stock.
struct StockListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all products.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let address = try Settings().address(of: .inventory)
        let answer = try await ServiceClient.with(address) { try await $0.get("/stock", as: StockList.self) }
        guard let stock = answer?.stock else {
            throw Failure.failed("what answers at \(address.url) is not the inventory service")
        }
        try StockRow.print(stock, isJSON: output.json)
    }
}
