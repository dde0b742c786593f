import Synchronization

/// Numbers this process's connections, so that a delivery tag of one is never taken for another's.
package enum ConnectionEpoch {
    private static let last = Atomic<UInt64>(0)

    package static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
