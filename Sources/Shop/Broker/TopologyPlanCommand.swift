import AMQPBridge
import ArgumentParser

/// What `apply` would do, and what it would leave to people.
struct TopologyPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what is missing on the broker or stands there otherwise; nothing is changed.",
        discussion: """
            Text shows only what is not as wanted, --json every part. Ends with 0 when it could look, whatever it saw. \
            A broker cannot be asked about bindings: one between a queue and an exchange that are there counts as \
            `same`, and is declared again by `shop topology apply`, which does no harm.
            """
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let topology = try Settings().topology()
        let changes = try await Broker.withConnection { try await $0.plan(topology) }
        if output.json { try Output.json(changes.map { ChangeRow($0) }) } else { Output.lines(Self.text(changes)) }
    }

    static func text(_ changes: [TopologyChange], _ style: Style = .stdout) -> [String] {
        let others = changes.filter { $0.state != .same }
        guard !others.isEmpty else { return [summary(changes)] }
        var table = Table(.init("KIND"), .init("NAME"), .init("STATE", hasTone: true), .init("DIFFERENCES"))
        for change in others {
            table.add(change.kind.rawValue, change.name, change.state.rawValue, change.listOfDifferences)
        }
        return table.lines(style) + [summary(changes)]
    }

    /// Both halves: what a machine does, and what it never does because it would take messages along.
    static func summary(_ changes: [TopologyChange]) -> String {
        let missing = changes.filter { $0.state == .missing }
        let differing = changes.filter { $0.state == .differs }
        var sentences: [String] = []
        if !missing.isEmpty {
            let parts = [TopologyChange.Kind.exchange, .queue, .binding].compactMap { kind -> String? in
                let count = missing.count { $0.kind == kind }
                return count == 0 ? nil : Self.count(count, kind.rawValue)
            }
            sentences.append("`shop topology apply` creates \(parts.joined(separator: ", "))")
        }
        if !differing.isEmpty {
            let names = differing.map(\.name).joined(separator: ", ")
            let verb = differing.count == 1 ? "differs" : "differ"
            sentences.append(
                "\(names) \(verb) and must be mended by hand (drain, delete, apply): nothing is ever deleted or changed"
            )
        }
        let unchecked = changes.count { !$0.isChecked }
        let rest = unchecked == 0 ? "" : " (\(count(unchecked, "binding")) cannot be checked)"
        if sentences.isEmpty { return "all \(changes.count) parts are as wanted\(rest)" }
        return sentences.joined(separator: "; ") + rest
    }
    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
