import AMQPBridge
import ArgumentParser
import Glibc
import ShopEvents
import UnixSignals

/// Shows every event as it passes, until it is told to stop.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show every event as it passes, until Ctrl-C.",
        discussion: """
            Looks on by a queue of its own, which is gone when it ends; no service notices. Events that pass while the \
            broker is away are not shown: it says so on stderr, and goes on when the broker is back.
            """
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let tail = EventTail(try Settings().broker(), exchange: ShopTopology.exchange)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.show(tail, isJSON: output.json) }
            group.addTask {
                for await _ in signals { break }
                // Closing takes a moment; who presses a second time does not want to wait for it.
                for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func show(_ tail: EventTail, isJSON: Bool) async throws {
        var wasInterrupted = false
        do {
            try await tail.run { update in
                switch update {
                case .attached where wasInterrupted:
                    wasInterrupted = false
                    Output.complain("connected again; what passed meanwhile is not shown")
                case .attached:
                    if !isJSON { Output.line(WatchRow.heading(.stdout)) }
                case .events(let events):
                    let rows = events.map { WatchRow($0) }
                    if isJSON { try Output.json(rows) } else { Output.lines(rows.map { $0.text(.stdout) }) }
                case .interrupted(let error):
                    // Each attempt that fails tells the same again.
                    if !wasInterrupted { Output.complain("\(error.message); connecting again…") }
                    wasInterrupted = true
                }
            }
        } catch let error as AMQPError where error.code == .notFound {
            throw Failure.failed("there is no exchange \(ShopTopology.exchange); create it with `shop topology apply`")
        }
    }
}
