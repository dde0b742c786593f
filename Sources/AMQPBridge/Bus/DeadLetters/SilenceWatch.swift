import Synchronization

/// Notices that nothing has come for too long while somebody listens. Time that the listener spends on what came does
/// not count.
final class SilenceWatch: Sendable {
    private let limit: Duration
    private let clock: BusClock
    /// When the listening began; nil while nobody listens.
    private let listeningSince = Mutex<Duration?>(nil)

    init(limit: Duration, clock: BusClock) {
        self.limit = limit
        self.clock = clock
    }

    func listen() { listeningSince.withLock { $0 = clock.now() } }

    func rest() { listeningSince.withLock { $0 = nil } }

    /// Until it was silent for too long, or the task is cancelled.
    func run(_ tooLong: () async -> Void) async {
        while true {
            let now = clock.now()
            let left = listeningSince.withLock { $0 }.map { $0 + limit - now } ?? limit
            if left <= .zero { return await tooLong() }
            guard (try? await clock.sleep(left)) != nil else { return }
        }
    }
}
