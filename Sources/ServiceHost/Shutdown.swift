import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// What SIGTERM and SIGINT do, from the process's first moment to its last.
///
/// SIGTERM promises an end within ten seconds. A handler that ignores its cancellation would keep the process for ever;
/// what it has in hand is not settled, so nothing is lost when the process ends without it. Before there is anything in
/// hand, as while it waits for an older process, it ends at once; as the first process of a container it would otherwise
/// not end at all.
final class Shutdown: Service {
    /// After the nine seconds that a graceful shutdown has.
    private static let limit = Duration.milliseconds(9500)

    private let signals: UnixSignalsSequence
    private let hasBegun = Atomic(false)
    private let logger: Logger

    init(logger: Logger) async {
        self.logger = logger
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// As one of the services that are shut down in order: from here on, they are.
    func run() async throws {
        hasBegun.store(true, ordering: .releasing)
        try await gracefulShutdown()
    }

    /// Waits for the signal, and sees to it that the process ends, unless it is cancelled in time.
    func watch() async {
        for await signal in signals {
            let metadata: Logger.Metadata = ["signal": .string("\(signal)")]
            guard hasBegun.load(ordering: .acquiring) else {
                logger.info("Stopped before it had begun", metadata: metadata)
                _exit(0)
            }
            guard (try? await Task.sleep(for: Self.limit)) != nil else { return }
            logger.error("Something does not end; the process does", metadata: metadata)
            exit(1)
        }
    }
}
