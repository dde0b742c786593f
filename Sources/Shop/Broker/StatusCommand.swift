import AMQPBridge
import ArgumentParser

/// Asks the broker how full the shop's queues are.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show every queue: messages that are ready, and consumers.")

    struct Row: Encodable, Equatable {
        var queue: String
        var ready = 0
        var consumers = 0
        /// Only there when true.
        var missing: Bool?
    }

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let names = try Settings().topology().queues.map(\.name)
        let rows = try await Broker.withConnection { connection in
            var rows: [Row] = []
            for name in names { rows.append(Row(name, try await connection.inspect(name))) }
            return rows
        }
        if output.json { try Output.json(rows) } else { Output.lines(Self.text(rows)) }
        let missing = rows.filter { $0.missing == true }.map(\.queue)
        if !missing.isEmpty {
            throw Failure.failed("missing: \(missing.joined(separator: ", ")); create with `shop topology apply`")
        }
    }

    private static func text(_ rows: [Row]) -> [String] {
        var table = Table(.init("QUEUE"), .init("READY", .right), .init("CONSUMERS", .right), .init(""))
        for row in rows {
            let isMissing = row.missing == true
            table.add(
                row.queue, isMissing ? "-" : "\(row.ready)", isMissing ? "-" : "\(row.consumers)",
                isMissing ? "missing" : "")
        }
        return table.lines(.stdout)
    }
}

extension StatusCommand.Row {
    init(_ name: QueueName, _ status: QueueStatus?) {
        self.init(queue: name.rawValue)
        if let status {
            ready = status.ready
            consumers = status.consumers
        } else {
            missing = true
        }
    }
}
