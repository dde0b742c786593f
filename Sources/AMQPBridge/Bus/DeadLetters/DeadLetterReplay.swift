/// Replays one batch of letters after the other: publishes the copies, and acks the letters whose copies are confirmed.
struct DeadLetterReplay {
    let service: String
    let selection: DeadLetterSelection
    let maxAge: Duration
    let now = RFC3339Time.now

    /// Returns how many letters have left.
    func handle(
        _ deliveries: [Delivery], _ hold: DeadLetterVisit.Hold, _ report: ([DeadLetterResult]) async throws -> Void
    ) async throws -> Int {
        let selected = deliveries.map { (tag: $0.tag, letter: DeadLetter($0, service: service)) }
            .filter { selection.matches($0.letter, now: now) }
        guard !selected.isEmpty else { return 0 }
        var results = selected.map { DeadLetterResult($0.letter, $0.letter.refusal(maxAge: maxAge, now: now)) }
        let wanted = results.indices.filter { results[$0].isDone }
        let copies = wanted.map { results[$0].letter.replaying(frameMax: hold.connection.frameMax) }
        let outcomes = await hold.connection.publish(copies)
        var interruption: AMQPError?
        for ((index, copy), outcome) in zip(zip(wanted, copies), outcomes) {
            results[index].failure = outcome.error(for: copy)
            if case .unknown(let cause) = outcome, results[index].failure?.code == .outcomeUnknown {
                interruption = interruption ?? cause
            }
        }
        let done = results.indices.filter { results[$0].isDone }
        hold.consumer.settle(done.map { selected[$0].tag }, .ack)
        try await report(results)
        if let interruption { throw Self.interrupted(by: interruption) }
        return done.count
    }

    /// Nobody knows about some copies: going on would wait as long for each of the others.
    private static func interrupted(by cause: AMQPError) -> AMQPError {
        AMQPError(
            cause.code, "the replay ended early, and what was not confirmed is still a letter: \(cause.message)",
            replyCode: cause.replyCode, underlyingError: cause)
    }
}
