import AMQPBridge
import ArgumentParser

/// Everything the shop wants of the broker, and what is there of it.
struct TopologyShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show every exchange, queue and binding with its wanted arguments, and what is found of it.",
        discussion: "Changes nothing. A broker cannot be asked about bindings: `unchecked` ones may or may not stand."
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let topology = try Settings().topology()
        let changes = try await Broker.withConnection { try await $0.plan(topology) }
        let parts = zip(changes, topology.wantedParts)
        if output.json {
            try Output.json(parts.map { ChangeRow($0, wanted: $1) })
        } else {
            Output.lines(Self.table(Array(parts)).lines(.stdout))
        }
    }

    static func table(_ parts: [(change: TopologyChange, wanted: AMQPTable)]) -> Table {
        var table = Table(
            .init("KIND"), .init("NAME"), .init("STATE", hasTone: true), .init("DIFFERENCES"), .init("WANTED"))
        for (change, wanted) in parts {
            let arguments = wanted.sorted { $0.key < $1.key }.map { "\($0)=\($1.plain)" }.joined(separator: " ")
            table.add(
                change.kind.rawValue, change.name, change.isChecked ? change.state.rawValue : "unchecked",
                change.listOfDifferences, arguments)
        }
        return table
    }
}

extension Topology {
    /// What is wanted of each part, in the order of a plan.
    var wantedParts: [AMQPTable] {
        exchanges.map { ["type": .string($0.kind.rawValue)] } + queues.map(\.arguments) + bindings.map { _ in [:] }
    }
}

extension TopologyChange {
    var listOfDifferences: String { differences.map(\.description).joined(separator: "; ") }
}

extension AMQPValue {
    /// As people write it: topologies hold texts, numbers and flags.
    var plain: String {
        switch self {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        default: "\(self)"
        }
    }
}
