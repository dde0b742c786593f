import Glibc
import Synchronization

/// One attempt to connect: until when it may take, and whether anybody still waits for it.
///
/// Everything that waits before there is a connection waits in `wait(for:_:)`, and so ends at the deadline or when the
/// caller cancels, whichever comes first.
final class ConnectAttempt: Sendable {
    let limit: Duration
    private let deadline: ContinuousClock.Instant
    private let isGivenUp = Atomic(false)
    private let bell: DescriptorPair
    private let watchdog: CallWatchdog

    /// - Parameter watchdog: guards the socket once there is one.
    init(within limit: Duration, _ watchdog: CallWatchdog) throws(AMQPError) {
        self.limit = limit
        self.watchdog = watchdog
        deadline = .now + limit
        bell = try Descriptor.pair()
    }

    var isCancelled: Bool { isGivenUp.load(ordering: .acquiring) }

    /// From any thread: whatever waits ends now.
    func cancel() {
        isGivenUp.store(true, ordering: .releasing)
        var byte: UInt8 = 1
        send(bell.far.raw, &byte, 1, Int32(MSG_NOSIGNAL))
        watchdog.shutdown()
    }

    enum Outcome {
        case ready
        case overdue
    }

    /// Waits until the descriptor is ready, at most until the deadline, or for a share of what is left.
    ///
    /// - Throws: `cancelled`.
    func wait(for descriptor: Int32, _ events: Int32, share: Int = 1) throws(AMQPError) -> Outcome {
        let end = ContinuousClock.now + (deadline - .now) / max(1, share)
        while true {
            var descriptors = (
                pollfd(fd: bell.near.raw, events: Int16(POLLIN), revents: 0),
                pollfd(fd: descriptor, events: Int16(events), revents: 0)
            )
            let ready = withUnsafeMutableBytes(of: &descriptors) {
                poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, max(.zero, end - .now).pollMilliseconds)
            }
            try checkCancellation()
            if ready > 0, descriptors.1.revents != 0 { return .ready }
            if .now >= end { return .overdue }
        }
    }

    /// - Throws: `cancelled`.
    func checkCancellation() throws(AMQPError) {
        if isCancelled { throw AMQPError(.cancelled, "connecting was cancelled") }
    }
}

extension Duration {
    /// For `poll`: rounded up, so that a deadline has passed when it returns.
    var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(
            clamping: min(seconds, 1_000_000_000) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
