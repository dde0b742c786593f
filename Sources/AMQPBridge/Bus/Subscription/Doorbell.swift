import Synchronization

/// Wakes one task that has nothing to do; a ring while it is busy is not lost.
final class Doorbell: Sendable {
    private let hasRung = Atomic(false)
    private let waiters = Waiters()

    func ring() {
        guard !hasRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        waiters.resumeAll()
    }

    /// Until the next ring; at once when there was one since the last wait, or when cancelled.
    func wait() async {
        await waiters.wait { !self.hasRung.load(ordering: .acquiring) }
        // A task that was replaced must not take its successor's ring.
        if !Task.isCancelled { hasRung.store(false, ordering: .releasing) }
    }
}
