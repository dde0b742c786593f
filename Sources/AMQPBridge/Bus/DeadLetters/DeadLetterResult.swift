/// What became of one letter that was to be replayed or discarded.
public struct DeadLetterResult: Sendable {
    /// As it was. Without its body from the calls that return all results.
    public var letter: DeadLetter
    /// Why it is still a letter; nil when it was done.
    public var failure: AMQPError?

    /// True when it has left: its copy is confirmed, or it was discarded.
    public var isDone: Bool { failure == nil }

    var withoutBody: DeadLetterResult {
        var result = self
        result.letter.body = []
        return result
    }

    init(_ letter: DeadLetter, _ failure: AMQPError? = nil) {
        self.letter = letter
        self.failure = failure
    }
}

extension AMQPError.Code {
    /// A dead letter is older than any inbox is sure to remember: replayed, it could have a second effect.
    public static let tooOld = AMQPError.Code("too_old")
}
