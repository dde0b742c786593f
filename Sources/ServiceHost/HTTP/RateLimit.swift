/// How many requests each client may make: as many a second as the rate says, and twice as many at once after a pause. Pure.
struct RateLimit {
    /// Clients that are remembered. Those beyond are strangers together, so that nobody fills memory with addresses.
    private static let maxClients = 10_000
    private static let everybodyElse = ""

    private struct Bucket {
        var tokens: Double
        var filled: Duration
    }

    private let rate: Double
    private var buckets: [String: Bucket] = [:]
    /// When the quiet ones may be looked for again: a walk through all must not be had for a request.
    private var nextForgetting = Duration.zero
    /// From empty to full.
    private static let filling = Duration.seconds(2)

    /// - Parameter rate: requests a second, more than zero.
    init(rate: Int) { self.rate = Double(rate) }

    /// Counts a request.
    ///
    /// - Returns: nil when it may go on; else how long its client should wait.
    mutating func take(_ client: String, at now: Duration) -> Duration? {
        if buckets[client] == nil, buckets.count >= Self.maxClients { forgetQuiet(at: now) }
        let client = buckets[client] == nil && buckets.count >= Self.maxClients ? Self.everybodyElse : client
        var bucket = buckets[client] ?? Bucket(tokens: 2 * rate, filled: now)
        bucket.tokens = min(2 * rate, bucket.tokens + rate * ((now - bucket.filled) / .seconds(1)))
        bucket.filled = now
        defer { buckets[client] = bucket }
        guard bucket.tokens < 1 else {
            bucket.tokens -= 1
            return nil
        }
        return .seconds((1 - bucket.tokens) / rate)
    }

    /// Whoever has not asked for so long that its bucket is full is as new.
    private mutating func forgetQuiet(at now: Duration) {
        guard now >= nextForgetting else { return }
        nextForgetting = now + Self.filling
        buckets = buckets.filter { $0.value.tokens + rate * ((now - $0.value.filled) / .seconds(1)) < 2 * rate }
    }
}
