import AMQPBridge
import ArgumentParser

/// Shows dead letters with what is in them.
struct DeadShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show dead letters with their bodies.",
        discussion: "Several services may each have given up on the same event.")

    /// Bodies are shown whole up to this many bytes.
    private static let maxBodySize = 64 << 20

    @OptionGroup var chosen: ChosenLetters
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let filter = chosen.filter
        var count = 0
        try await filter.eachService(maxBodySize: Self.maxBodySize) { letters, service in
            try await letters.look(service, where: filter.selection) { letters in
                if output.json {
                    try Output.json(letters.map { LetterRow(letter: $0, extras: .body) })
                } else {
                    for (index, letter) in letters.enumerated() {
                        let card = LetterCard(letter: letter, style: .stdout)
                        Output.lines((count + index > 0 ? [""] : []) + card.lines)
                    }
                }
                count += letters.count
            }
        }
        if count == 0 { throw Failure.failed("no dead letter matches") }
    }
}
