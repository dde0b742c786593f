import AMQPBridge
import ArgumentParser

/// Shows dead letters with what is in them.
struct DeadShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show dead letters with their bodies.",
        discussion: "Several services may each have given up on the same event.")

    /// Bodies are shown whole up to this many bytes.
    private static let maxBodySize = 64 << 20

    @Argument(help: "The event's id; the same as --id.")
    var eventID: String?

    @OptionGroup var filter: LetterFilter
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let eventID, let id = filter.id, id != eventID { throw ValidationError("two different ids are given") }
        if eventID == nil && filter.isEmpty { throw ValidationError("say which: an event's id, or --service, --type") }
    }

    func run() async throws {
        var filter = filter
        filter.id = filter.id ?? eventID
        var count = 0
        try await filter.letters(maxBodySize: Self.maxBodySize) { letters in
            if output.json {
                try Output.json(letters.map { LetterRow(letter: $0, hasBody: true) })
            } else {
                for (index, letter) in letters.enumerated() {
                    Output.lines((count + index > 0 ? [""] : []) + LetterCard(letter: letter, style: .stdout).lines)
                }
            }
            count += letters.count
        }
        if count == 0 { throw Failure.failed("no dead letter matches") }
    }
}
