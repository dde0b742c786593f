/// When settlements leave: together, and before anybody could miss them. Pure.
///
/// One that has not left costs a second delivery when the connection is lost, and nothing else. At a thousand messages a
/// second a write for each would be a seventh of what both ends spend on a message, and a quorum queue logs each that it is
/// told of.
struct SettlementPace {
    /// So many are worth a write, as half the prefetch is.
    private static let many = 16
    /// Fewer have waited long enough when the last write for some was so long ago.
    private static let delay = Nanoseconds.milliseconds(16)
    private static let longestDelay = Nanoseconds.milliseconds(100)

    /// Nil: whatever there is leaves now.
    private var lastWrite: MonotonicInstant?
    private var lastDelivery = MonotonicInstant.distantPast

    /// How many must have gathered to leave now.
    func enough(at now: MonotonicInstant) -> Int {
        guard let lastWrite, now - lastWrite < Self.delay else { return 1 }
        return Self.many
    }

    mutating func noteWrite(at now: MonotonicInstant) { lastWrite = now }
    mutating func noteDelivery(at now: MonotonicInstant) { lastDelivery = now }

    /// The next time nothing may stay.
    mutating func hurry() { lastWrite = nil }

    /// When to look for those that no other event brings along: after as long again as the handlers have had, within
    /// limits. A slow handler does not keep the thread busy.
    func nextLook(at now: MonotonicInstant) -> MonotonicInstant {
        now + min(max(now - lastDelivery, Self.delay), Self.longestDelay)
    }
}
