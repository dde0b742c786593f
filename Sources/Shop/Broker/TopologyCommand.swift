import ArgumentParser

struct TopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "The exchanges, queues and bindings of the shop.",
        discussion: "AMQP_QUEUE_TYPE and AMQP_RETRY_LADDER say how they should be.",
        subcommands: [
            TopologyShowCommand.self, TopologyPlanCommand.self, TopologyApplyCommand.self,
            TopologyRightsCommand.self,
        ]
    )
}
