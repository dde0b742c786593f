import Glibc
import Logging
import Synchronization

/// Watches over handlers that never come back.
///
/// A handler is a synchronous function over the transaction: it cannot be cancelled, and while it runs nobody else can
/// write. One that runs past the limit ends the process, with its event's id in the log; whoever supervises the process
/// starts it again, and an event that does it every time is parked by the broker's delivery limit.
final class HandlerWatch: Sendable {
    /// EX_SOFTWARE of sysexits.h: an internal error.
    static let exitCode: Int32 = 70

    private struct Running {
        var eventID: String
        var since: ContinuousClock.Instant
    }

    private let limit: Duration
    private let giveUp: @Sendable (_ eventID: String) -> Void
    private let running = Mutex<Running?>(nil)

    init(limit: Duration, giveUp: @escaping @Sendable (_ eventID: String) -> Void) {
        self.limit = limit
        self.giveUp = giveUp
    }

    convenience init(limit: Duration, logger: Logger) {
        self.init(limit: limit) { eventID in
            logger.critical(
                "A handler does not come back; the process ends, so that others can write again",
                metadata: ["event_id": .string(eventID), "limit": .string("\(limit)")])
            exit(Self.exitCode)
        }
    }

    func watching<Result>(_ eventID: String, _ body: () throws -> Result) rethrows -> Result {
        running.withLock { $0 = Running(eventID: eventID, since: .now) }
        defer { running.withLock { $0 = nil } }
        return try body()
    }

    /// Until cancelled. Sleeps for as long as no handler can have reached the limit.
    func run() async {
        while !Task.isCancelled {
            let running = self.running.withLock { $0 }
            let left = running.map { $0.since + limit - .now } ?? limit
            if let running, left <= .zero { return giveUp(running.eventID) }
            try? await Task.sleep(for: left)
        }
    }
}
