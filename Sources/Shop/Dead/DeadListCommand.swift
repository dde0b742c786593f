import AMQPBridge
import ArgumentParser

/// Lists dead letters. Looking leaves them where they are.
struct DeadListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List dead letters.")

    @OptionGroup var filter: LetterFilter
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var table = Table(
            .init("SERVICE"), .init("EVENT ID"), .init("TYPE"), .init("ATTEMPTS", .right), .init("LAST FAILED"),
            .init("ERROR"))
        var count = 0
        let isJSON = output.json
        defer { if !isJSON && count > 0 { Output.lines(table.lines(.stdout)) } }
        // Bodies are not shown. They may tell the id and the type, for senders that leave the message's properties out.
        let bodies: Int? = filter.id == nil && filter.type == nil ? 0 : nil
        try await filter.eachService(maxBodySize: bodies) { letters, service in
            try await letters.look(service, where: filter.selection) { letters in
                count += letters.count
                if isJSON { return try Output.json(letters.map { LetterRow(letter: $0) }) }
                for letter in letters {
                    table.add(
                        letter.service, letter.eventID ?? "-", letter.type ?? "-", "\(letter.attempts)",
                        letter.lastFailed ?? "-", letter.error)
                }
            }
        }
        if !isJSON && count == 0 { Output.line("no dead letters") }
    }
}
