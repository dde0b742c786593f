import Foundation
import Logging
import Synchronization

/// Watches over the few threads on which all tasks run.
///
/// A handler that blocks its thread, instead of waiting, keeps it. The bus leaves such a handler behind at its deadline;
/// but when every thread is kept by one, no task runs any more, not even the one that looks after deadlines. So a thread
/// of its own does, and ends the process: whoever supervises it starts it again.
final class PoolWatch: Sendable {
    private static let tick = Duration.seconds(1)

    private let limit: Int
    private let logger: Logger
    private let ticks = Atomic(0)
    private let isOver = Atomic(false)

    /// - Parameter limit: so long no task may have run. It is counted in wake-ups of the watching thread, so that time in
    ///   which the whole process stood still is no time.
    init(limit: Duration, logger: Logger) {
        self.limit = Int(limit / Self.tick) + 1
        self.logger = logger
    }

    /// Until cancelled.
    func run() async {
        Thread.detachNewThread { self.watch() }
        while !Task.isCancelled {
            ticks.add(1, ordering: .relaxed)
            try? await Task.sleep(for: Self.tick)
        }
        isOver.store(true, ordering: .relaxed)
    }

    private func watch() {
        var last = -1
        var missed = 0
        while !isOver.load(ordering: .relaxed) {
            let now = ticks.load(ordering: .relaxed)
            missed = now == last ? missed + 1 : 0
            last = now
            if missed > limit {
                logger.critical(
                    "Handlers block every thread that tasks run on; the process ends, so that it can be started again",
                    metadata: ["seconds": .stringConvertible(missed)])
                exit(70)
            }
            Thread.sleep(forTimeInterval: Self.tick / .seconds(1))
        }
    }
}
