import AMQPBridge
import ArgumentParser

/// Places orders straight at the broker: no service has to be up for it.
struct PlaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Place one order or many; ends when the broker has confirmed them.",
        discussion: """
            Needs the broker and nothing else; the services do their part when they are there. Whether a product \
            exists is for the inventory to say: see `shop order show`.
            """
    )

    @Option(help: "The customer's e-mail address.")
    var email: String

    @Option(name: .customLong("line"), parsing: .upToNextOption, help: "What to order: SKU=QTY, up to 100 of them.")
    var lines: [String] = []

    @Option(help: "The customer's name.")
    var name = ""

    @Option(help: "Where to ship to.")
    var address = ""

    @Option(help: "How many such orders, each with its own id. Default: 1.")
    var count: Int?

    @Option(help: "Orders per second. Default: as fast as the broker confirms.")
    var rate: Double?

    @Option(help: "The order's id, a UUID; the same id again is the same order.")
    var id: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1, not \(count)") }
        if let rate, !(rate > 0 && rate.isFinite) { throw ValidationError("--rate must be more than 0") }
        if count != nil && id != nil { throw ValidationError("--id names one order; it does not go with --count") }
        if let id, OrderID.canonical(id) == nil { throw ValidationError("--id '\(Visible.text(id))' is not a UUID") }
        _ = try draft()
    }

    private func draft() throws -> OrderDraft {
        do {
            return try OrderDraft(email: email, name: name, address: address, lines: lines)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        let count = count ?? 1
        var report = PlacingReport(count: count, isJSON: output.json)
        let placing = OrderPlacing(
            draft: try draft(), id: id.flatMap(OrderID.canonical), count: count, pace: Pace(perSecond: rate))
        try await Broker.withConnection { connection in
            try await placing.run(on: connection) { try report.add($0) }
        }
        try report.finish()
    }
}
