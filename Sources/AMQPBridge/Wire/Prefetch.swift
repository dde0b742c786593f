import CRabbitMQ

/// Memory that is to be written in a moment and that another core wrote last.
enum Prefetch {
    private static let line: UInt = 64

    /// Begins to fetch so many cache lines, and waits for none. Any address will do: nothing is read that shows.
    @inline(__always)
    static func lines(_ count: UInt, from address: UInt) {
        for index in 0..<count { crabbitmq_prefetch(UnsafeRawPointer(bitPattern: address &+ index * line)) }
    }
}
