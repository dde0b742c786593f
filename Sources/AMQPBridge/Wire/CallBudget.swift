/// The time that one call of the bridge has, over all the library calls it takes.
final class CallBudget {
    private var deadline: ContinuousClock.Instant

    init(_ limit: Duration) { deadline = .now + limit }

    /// A new call begins.
    func start(_ limit: Duration) { deadline = .now + limit }

    var left: Duration { max(.zero, deadline - .now) }
}
