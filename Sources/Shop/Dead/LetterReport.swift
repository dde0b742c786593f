import AMQPBridge

/// Tells what became of letters, a line each, and all in all.
struct LetterReport {
    /// What was to be done to them, as done.
    let done: String
    let isJSON: Bool
    private var doneCount = 0
    private var reasons: [String] = []

    init(done: String, isJSON: Bool) {
        self.done = done
        self.isJSON = isJSON
    }

    mutating func add(_ results: [DeadLetterResult]) throws {
        doneCount += results.count(where: \.isDone)
        reasons += results.compactMap(\.failure?.message)
        if isJSON { return try Output.json(results.map { LetterRow(letter: $0.letter, extras: .result($0)) }) }
        Output.lines(results.map(line))
    }

    func line(_ result: DeadLetterResult) -> String {
        let letter = result.letter
        let name = "\(letter.service)  \(letter.eventID ?? "-")  \(letter.type ?? "-")"
        return Visible.text(result.failure.map { "left  \(name)  \($0.message)" } ?? "\(done)  \(name)")
    }

    /// The reason is told when there is only one.
    var summary: String {
        guard let first = reasons.first else { return "\(doneCount) \(done)" }
        let why = reasons.count == 1 ? ": \(Visible.text(first))" : ""
        return "\(doneCount) \(done), \(reasons.count) left\(why)"
    }

    /// Runs it, and sums up also when it ends early.
    ///
    /// - Throws: what it threw; a failure when some letter had to stay, or the one that was asked for is not there.
    mutating func finish(
        _ filter: LetterFilter, _ body: (inout LetterReport) async throws -> Void
    ) async throws {
        var failure: (any Error)?
        do { try await body(&self) } catch { failure = error }
        let isNone = doneCount + reasons.count == 0
        if !isJSON, !isNone { Output.line(summary) }
        if let failure { throw failure }
        if isNone, filter.id != nil { throw Failure.failed("no dead letter matches") }
        if isNone, !isJSON { Output.line("no dead letter matches") }
        if !reasons.isEmpty { throw Failure.failed("\(reasons.count) could not be \(done)") }
    }
}
