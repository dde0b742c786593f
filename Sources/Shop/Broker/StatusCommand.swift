import AMQPBridge
import ArgumentParser
import ShopEvents

/// Asks the broker how full the shop's queues are.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show every queue: messages that are ready, and consumers; and whether the broker takes messages.",
        discussion: """
            With a memory or disk alarm the broker goes on delivering and takes nothing new. It tells only those who \
            publish, so a message that reaches nobody is sent to find out.
            """
    )

    struct Row: Encodable, Equatable {
        var queue: String
        var ready = 0
        var consumers = 0
        /// Only there when true.
        var missing: Bool?
        /// The broker's reason; only there while it takes no messages.
        var blocked: String?
    }

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = Settings()
        let names = try settings.topology().queues.map(\.name)
        let probe = try settings.alarmProbe()
        let (rows, blocked) = try await Broker.withConnection(settings) { connection in
            async let blocked = probe.blockedReason()
            var rows: [Row] = []
            for name in names { rows.append(Row(name, try await connection.inspect(name))) }
            return (rows, await blocked)
        }
        try show(rows, blocked: blocked)
        let missing = rows.filter { $0.missing == true }.map(\.queue)
        if !missing.isEmpty { throw Failure.missingQueues(missing) }
    }

    private func show(_ rows: [Row], blocked: String?) throws {
        if let blocked { Output.complain(Self.warning(blocked)) }
        guard output.json else { return Output.lines(Self.text(rows)) }
        try Output.json(
            rows.map { row in
                var row = row
                row.blocked = blocked
                return row
            })
    }

    static func warning(_ reason: String) -> String {
        "the broker is blocked and takes no messages (\(Visible.text(reason))); what waits is still delivered"
    }

    private static func text(_ rows: [Row]) -> [String] {
        var table = Table(.init("QUEUE"), .init("READY", .right), .init("CONSUMERS", .right), .init("", hasTone: true))
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

extension Settings {
    fileprivate func alarmProbe() throws -> AlarmProbe {
        let (type, ladder) = (try queueType(), try ladder())
        return AlarmProbe(
            try broker(),
            exchanges: ShopService.allCases.map { $0.topology(queueType: type, ladder: ladder).returnExchange })
    }
}
