import AMQPBridge
import ArgumentParser

/// Declares everything the shop needs on the broker. Run before anything else, and again after every change.
struct TopologyApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Create what is missing; nothing is ever deleted or changed.",
        discussion: """
            AMQP_QUEUE_TYPE and AMQP_RETRY_LADDER say how. A broker cannot be asked about bindings: one of a queue or \
            exchange that was just created is `created`, any other is declared again and reported as `same`.
            """
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let topology = try Settings().topology()
        let changes = try await Broker.withConnection { try await $0.apply(topology) }
        if output.json {
            try Output.json(changes.map { ChangeRow($0) })
        } else {
            Output.lines(Self.text(changes))
        }
        let problems = changes.filter { $0.state == .differs }.map(Self.complaint)
        if !problems.isEmpty { throw Failure.failed(problems.joined(separator: "\nshop: ")) }
    }

    private static func text(_ changes: [TopologyChange]) -> [String] {
        var table = Table(.init("KIND"), .init("NAME"), .init("STATE", hasTone: true), .init("DIFFERENCES"))
        for change in changes {
            table.add(change.kind.rawValue, change.name, change.state.rawValue, change.listOfDifferences)
        }
        return table.lines(.stdout)
    }

    /// Which, what, and what to do: RabbitMQ has no way to change a queue's arguments.
    static func complaint(_ change: TopologyChange) -> String {
        let remedy =
            switch change.kind {
            case .queue: "drain it, delete it by hand and apply again"
            case .exchange, .binding: "delete it by hand and apply again"
            }
        return
            "\(change.kind.rawValue) '\(change.name)' exists with other arguments (\(change.listOfDifferences)): \(remedy)"
    }
}
