import ArgumentParser

struct TopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "The exchanges, queues and bindings of the shop.",
        subcommands: [TopologyApplyCommand.self]
    )
}
