import AMQPBridge
import ArgumentParser

/// Removes dead letters for good.
struct DeadDiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Remove dead letters for good.",
        discussion: "There is no way back: `shop dead show --json` with the same options keeps a copy.")

    @OptionGroup var chosen: ChosenLetters
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let filter = chosen.filter
        var report = LetterReport(done: "discarded", isJSON: output.json)
        try await report.finish(filter) { report in
            try await filter.eachService { letters, service in
                try await letters.discard(service, where: filter.selection) { try report.add($0) }
            }
        }
    }
}
