import Glibc

/// A moment of the clock that only goes forward, also while the machine sleeps: `ContinuousClock`, in 64 bits.
///
/// The I/O thread works out a dozen moments whenever something happens. `ContinuousClock.Instant` and `Duration` are 128
/// bits wide and opaque to the compiler: each sum is a call, each division a hundred instructions and more.
package struct MonotonicInstant: Comparable, Hashable, Sendable {
    /// Since the machine was started.
    private var nanoseconds: Int64

    package static var now: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Before every other.
    package static let distantPast = MonotonicInstant(nanoseconds: 0)

    /// As a time since the machine was started.
    package var uptime: Duration { .nanoseconds(nanoseconds) }

    package static func < (one: MonotonicInstant, other: MonotonicInstant) -> Bool {
        one.nanoseconds < other.nanoseconds
    }

    package static func + (instant: MonotonicInstant, span: Nanoseconds) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: instant.nanoseconds + span.count)
    }

    package static func - (later: MonotonicInstant, earlier: MonotonicInstant) -> Nanoseconds {
        Nanoseconds(count: later.nanoseconds - earlier.nanoseconds)
    }
}

/// A span of time between two of them.
package struct Nanoseconds: Comparable, Hashable, Sendable {
    /// Far from the ends of its type, so that sums of a few cannot overflow: what is longer than a century is one.
    private static let longest: Int64 = 100 * 366 * 86_400 * 1_000_000_000

    package let count: Int64

    fileprivate init(count: Int64) { self.count = count }

    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let limit = Self.longest / 1_000_000_000
        count = min(max(seconds, -limit), limit) * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    package static let zero = Nanoseconds(count: 0)
    package static func seconds(_ number: Int) -> Nanoseconds { Nanoseconds(count: Int64(number) * 1_000_000_000) }
    package static func milliseconds(_ number: Int) -> Nanoseconds { Nanoseconds(count: Int64(number) * 1_000_000) }
    package static func microseconds(_ number: Int) -> Nanoseconds { Nanoseconds(count: Int64(number) * 1000) }

    package static func < (one: Nanoseconds, other: Nanoseconds) -> Bool { one.count < other.count }

    package static func + (one: Nanoseconds, other: Nanoseconds) -> Nanoseconds {
        Nanoseconds(count: one.count + other.count)
    }

    package static func * (span: Nanoseconds, factor: Int) -> Nanoseconds {
        Nanoseconds(count: span.count * Int64(factor))
    }

    package static func / (span: Nanoseconds, divisor: Int) -> Nanoseconds {
        Nanoseconds(count: span.count / Int64(divisor))
    }
}
