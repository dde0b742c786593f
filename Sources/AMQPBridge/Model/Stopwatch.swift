/// How long something has been so altogether. Pure: moments come from outside, and count from any start.
package struct Stopwatch: Hashable, Sendable {
    private var past = Duration.zero
    private var begun: Duration?

    package init() {}

    /// Does nothing while it runs.
    package mutating func start(at now: Duration) { begun = begun ?? now }

    /// Does nothing while it stands.
    package mutating func stop(at now: Duration) {
        past = total(at: now)
        begun = nil
    }

    package func total(at now: Duration) -> Duration { past + max(.zero, begun.map { now - $0 } ?? .zero) }
}
