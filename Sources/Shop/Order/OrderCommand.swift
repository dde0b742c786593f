import ArgumentParser

struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Place orders, and follow them.",
        subcommands: [PlaceCommand.self, OrderShowCommand.self, OrderListCommand.self]
    )
}
