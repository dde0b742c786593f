/// Tells when the outbox falls behind, and when it has caught up: each once. Pure.
struct LagWatch {
    enum Change { case behind, caughtUp }

    /// From here on it is said to be behind.
    static let limit = Duration.seconds(60)

    private var isBehind = false

    mutating func note(_ lag: Duration) -> Change? {
        guard (lag >= Self.limit) != isBehind else { return nil }
        isBehind.toggle()
        return isBehind ? .behind : .caughtUp
    }
}
