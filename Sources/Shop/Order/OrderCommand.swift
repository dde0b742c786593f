import ArgumentParser

struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Place orders, and follow them.",
        subcommands: [
            PlaceCommand.self, OrderCancelCommand.self, OrderShowCommand.self, OrderListCommand.self,
            OrderTraceCommand.self,
        ]
    )
}
