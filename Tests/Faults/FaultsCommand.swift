import ArgumentParser
import Foundation
import UnixSignals

/// `deploy/faults` without the set-up. Everything the user types arrives here.
@main
struct FaultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "Break the shop on purpose, and prove that nothing was lost, done twice or stuck.",
        discussion: """
            Each scenario starts a broker and services of its own, lets orders flow, breaks something, mends it, waits until \
            everything has settled, and asks an oracle that trusts no service's database, and `shop audit`, which must \
            agree with it.

            Exit code 0: all passed (or were skipped, with the reason); 1: something was lost, doubled, stuck or not \
            resumed in time; 64: wrong usage.
            """)

    @Argument(help: "Scenarios, or families of them. Default: all.")
    var names: [String] = []

    @Flag(help: "Show the scenarios and run none.")
    var list = false

    @Option(help: "Orders in each scenario, at least.")
    var orders = 200

    @Option(help: "Decides every choice that the scenarios make. Default: a new one.")
    var seed: UInt64?

    @Flag(help: "The long form: 1,000 kills of services and 50 of the broker, over at least 100,000 orders.")
    var long = false

    @Flag(help: "One JSON object a line.")
    var json = false

    /// What `OtherNetwork` calls this program with: one scenario, whose folder and cluster are there already.
    @Option(help: .hidden)
    var inside: String?

    func validate() throws {
        guard (10...1_000_000).contains(orders) else {
            throw ValidationError("--orders takes a number from 10 to 1000000, not \(orders)")
        }
        do { _ = try Catalogue.select(names) } catch { throw ValidationError("\(error)") }
    }

    func run() async throws {
        let scenarios = try Catalogue.select(names)
        guard !list else { return try FaultsList(scenarios).print(json: json) }
        let order = DrillOrder(orders: orders, seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)), isLong: long)
        let rows = try await untilInterrupted {
            guard let inside else { return try await FaultsRun(scenarios, order, json: json).rows() }
            return [try await OtherNetwork.rowInside(scenarios[0], order, URL(filePath: inside))]
        }
        if rows.contains(where: { $0.verdict == .fail }) { throw ExitCode(1) }
    }

    /// After ctrl-c brokers and services are ended as after any other end.
    private func untilInterrupted(_ body: @escaping @Sendable () async throws -> [FaultRow]) async throws -> [FaultRow]
    {
        // Whoever reads the table may go away; the scenario must still clean up.
        signal(SIGPIPE, SIG_IGN)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await body() }
            group.addTask {
                for await signal in signals { throw ExitCode(128 + signal.rawValue) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
