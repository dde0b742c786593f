import ArgumentParser

struct DeadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Look at events that a service gave up on.",
        subcommands: [DeadListCommand.self, DeadShowCommand.self]
    )
}
