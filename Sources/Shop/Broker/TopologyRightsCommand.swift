import AMQPBridge
import ArgumentParser
import FoundationEssentials
import ShopEvents

/// What each user may do, for a broker that is to be set up.
struct TopologyRightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rights",
        abstract: "Print what each of the broker's users may do, as a RabbitMQ definitions file.",
        discussion: """
            Asks no broker. The users stand in a file of their own, because their passwords do: load that one first, then \
            this one, with rabbitmqctl import_definitions.
            """
    )

    @Option(help: "The virtual host that the rights are for.")
    var vhost = "shop"

    @OptionGroup var output: OutputOptions

    func run() throws {
        let definitions = BrokerDefinitions(vhost: vhost)
        guard !output.json else { return try Output.json(definitions) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        Output.lines([String(decoding: try encoder.encode(definitions), as: UTF8.self)])
    }
}
