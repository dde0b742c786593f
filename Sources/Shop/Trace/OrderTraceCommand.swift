import AMQPBridge
import ArgumentParser
import ShopEvents

/// Collects what every service did with an order's events.
struct OrderTraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show an order's whole way: every hop, attempt, delay and dead letter.",
        discussion: """
            Asks every service that does something about orders what it did with the order's events and which of them it still has to send, and looks for \
            them among the dead letters. Where one cannot be reached the rest is shown, and the exit code is 69.
            """
    )

    @Argument(help: "The order's id.")
    var id: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if OrderID.canonical(id) == nil { throw ValidationError("'\(Visible.text(id))' is not a UUID") }
    }

    func run() async throws {
        let id = OrderID.canonical(id) ?? id
        let settings = Settings()
        var rows: [TraceRow] = []
        var failures: [Failure] = []
        for service in ShopService.workers {
            let address = try settings.address(of: service)
            try await Self.collect(&failures) { rows += try await Self.rows(of: id, at: address) }
        }
        try await Self.collect(&failures) { rows += try await Self.letters(of: id, settings) }
        try show(TraceStory(rows))
        // One line each; the last one ends the command, with the graver exit code.
        failures.sort { $0.exitCode.rawValue < $1.exitCode.rawValue }
        for failure in failures.dropLast() { Output.complain(failure.message) }
        if let failure = failures.last { throw failure }
        if rows.isEmpty { throw Failure.failed("nobody knows order \(id); one just placed may still be in its queue") }
    }

    private func show(_ story: TraceStory) throws {
        if output.json { try Output.json(story.rows) } else { Output.lines(story.lines(.stdout)) }
    }

    private static func collect(_ failures: inout [Failure], _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            guard let failure = Failure(error) else { throw error }
            failures.append(failure)
        }
    }

    private static func rows(of id: String, at address: ServiceAddress) async throws -> [TraceRow] {
        let trace = try await ServiceClient.with(address) { try await $0.get("/trace/\(id)", as: ServiceTrace.self) }
        guard let trace else { return [] }
        return trace.entries.map { TraceRow($0, of: address.service) }
            + (trace.waiting ?? []).map { TraceRow($0, of: address.service) }
    }

    private static func letters(of id: String, _ settings: Settings) async throws -> [TraceRow] {
        let queues = try await Broker.withConnection(settings) { try await ShopQueues(settings, on: $0) }
        let letters = DeadLetters(try settings.broker())
        var rows: [TraceRow] = []
        for service in queues.withLetters where ShopService.workers.contains(service) {
            try await letters.look(service.rawValue) { letters in
                rows += letters.filter { LetterOrder($0).isAbout(id) }.map { TraceRow($0) }
            }
        }
        return rows
    }
}
