/// When to look whether tasks that wait for confirms were cancelled: soon after they came, then ever more rarely. Pure.
///
/// Most publishings are confirmed before the first look. One that waits for long, for example through a broker's alarm,
/// costs ten looks a second.
struct CancellationLooks {
    private static let shortest = Nanoseconds.milliseconds(8)
    private static let longest = Nanoseconds.milliseconds(100)

    private var interval = shortest
    private var next: MonotonicInstant?
    private var isNewcomer = false

    /// One more waits.
    mutating func noteArrival() { isNewcomer = true }

    /// Nobody waits any more.
    mutating func stop() { next = nil }

    /// True when it is time to look.
    mutating func isDue(at now: MonotonicInstant) -> Bool {
        if isNewcomer || next == nil {
            isNewcomer = false
            interval = Self.shortest
            next = min(next ?? now + interval, now + interval)
        }
        guard let due = next, due <= now else { return false }
        next = now + interval
        interval = min(interval * 2, Self.longest)
        return true
    }

    /// When to ask again.
    var nextLook: MonotonicInstant? { next }
}
