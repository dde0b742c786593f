import AMQPBridge
import ArgumentParser

/// Gives events to the services that gave up on them once more.
struct DeadReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Hand dead letters to their service once more.",
        discussion: """
            Only the service that gave up gets the event again, with all its attempts before it. A letter is removed \
            once the broker has confirmed the copy; ended in between, run it again: a second copy has no second effect. \
            Letters stay that are older than 30 days or larger than a service reads.
            """)

    @OptionGroup var chosen: ChosenLetters
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let filter = chosen.filter
        var report = LetterReport(done: "replayed", isJSON: output.json)
        try await report.finish(filter) { report in
            try await filter.eachService { letters, service in
                try await letters.replay(service, where: filter.selection) { try report.add($0) }
            }
        }
    }
}
