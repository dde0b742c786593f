/// When which order is due.
struct Pace: Equatable {
    /// Nil: at once.
    var perSecond: Double?

    /// Ten years; what is due later than that may just as well be due then, and fits a `Duration`.
    private static let longest = 315_360_000.0

    /// From the start to the order of this number, which counts from 0. Reckoned from the start each time, so that
    /// neither rounding nor a slow send adds up.
    func offset(of number: Int) -> Duration {
        guard let perSecond else { return .zero }
        return .seconds(min(Double(number) / perSecond, Self.longest))
    }
}
