/// Whether a refusal is worth a line: the first for a reason is, and then one every few seconds for all that came in
/// between. A queue that is full refuses thousands of events, one by one. Pure.
struct RefusalNews {
    static let interval = Duration.seconds(5)
    /// Reasons may hold names; so many are remembered.
    private static let limit = 64

    private var told: [String: (at: ContinuousClock.Instant, countSince: Int)] = [:]

    /// - Returns: how many there were since the last line, if it is time for one.
    mutating func note(_ reason: String, count: Int, at now: ContinuousClock.Instant) -> Int? {
        if let last = told[reason], now - last.at < Self.interval {
            told[reason]?.countSince += count
            return nil
        }
        let all = count + (told[reason]?.countSince ?? 0)
        if told.count >= Self.limit { told = [:] }
        told[reason] = (now, 0)
        return all
    }
}
