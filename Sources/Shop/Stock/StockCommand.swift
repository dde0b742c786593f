import ArgumentParser

struct StockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stock",
        abstract: "Look at the stock, and set it.",
        subcommands: [StockListCommand.self, StockSetCommand.self]
    )
}
