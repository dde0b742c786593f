/// How long to rest while many publishings wait for their confirms: until about half of them have come. Pure.
///
/// So one read, one write and one wake-up serve many messages, and the broker, which has the other half to do meanwhile,
/// never waits for us. Fewer than `fromUnconfirmed` are served at once.
struct ConfirmPace {
    private static let fromUnconfirmed = 64
    private static let longest = Nanoseconds.milliseconds(8)

    /// A guess, until there is something to go by.
    private var perConfirm = Nanoseconds.microseconds(16)
    private var lastRest: (end: MonotonicInstant, confirmed: Int)?

    /// - Parameters:
    ///   - unconfirmed: so many wait.
    ///   - confirmed: so many were, since the connection began.
    mutating func rest(unconfirmed: Int, confirmed: Int, at now: MonotonicInstant) -> Nanoseconds {
        guard unconfirmed >= Self.fromUnconfirmed else {
            lastRest = nil
            return .zero
        }
        if let lastRest, confirmed > lastRest.confirmed {
            let sample = (now - lastRest.end) / (confirmed - lastRest.confirmed)
            // Quickly down, slowly up: where too little was sent, perhaps because of our rest, confirms come slowly, too.
            perConfirm = sample < perConfirm ? (perConfirm + sample) / 2 : min(sample, perConfirm * 9 / 8)
            self.lastRest = (now, confirmed)
        } else if lastRest == nil {
            lastRest = (now, confirmed)
        }
        return min(perConfirm * (unconfirmed * 2 / 5), Self.longest)
    }
}
