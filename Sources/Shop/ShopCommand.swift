import ArgumentParser

/// `shop`: the shop from a terminal or a script.
///
/// Exit codes are part of the contract: 0 done, 1 it failed, 64 wrong usage, 69 broker or service not reachable.
@main
struct ShopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shop",
        abstract: "Place orders and see what became of them.",
        discussion: """
            Every command takes --json: one JSON object a line on stdout. Messages go to stderr.
            Exit codes: 0 done, 1 failed, 64 wrong usage, 69 broker or service not reachable.

            Environment: AMQP_URL (default \(Settings.defaultBroker)), ORDER_URL, INVENTORY_URL, \
            SHIPPING_URL, NOTIFY_URL, AMQP_QUEUE_TYPE (quorum or classic), AMQP_RETRY_LADDER, NO_COLOR.
            """,
        version: "0.1.0",
        subcommands: [
            OrderCommand.self, StockCommand.self, DeadCommand.self, TopologyCommand.self, StatusCommand.self,
            AuditCommand.self, WatchCommand.self,
        ]
    )

    /// As ArgumentParser's own, but every message starts with "shop: " and every failure has its exit code.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            leave(error)
        }
    }

    private static func leave(_ error: any Error) -> Never {
        if let failure = Failure(error) {
            Output.complain(failure.message)
            exit(withError: failure.exitCode)
        }
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code.isSuccess {
            Output.line(text)
        } else if !text.isEmpty {
            // ArgumentParser: "Error: <message>", then the usage.
            Output.complain(text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text)
        }
        exit(withError: code)
    }
}

/// What all commands have in common.
struct OutputOptions: ParsableArguments {
    @Flag(help: "One JSON object a line on stdout.")
    var json = false
}
