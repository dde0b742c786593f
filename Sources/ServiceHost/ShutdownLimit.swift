import Foundation
import Logging
import UnixSignals

/// SIGTERM promises an end within ten seconds. A handler that ignores its cancellation would keep the process for ever;
/// what it has in hand is not settled, so nothing is lost when the process ends without it.
enum ShutdownLimit {
    /// After the nine seconds that a graceful shutdown has.
    private static let limit = Duration.milliseconds(9500)

    /// Waits for the signal, then ends the process unless it is cancelled in time.
    static func watch(logger: Logger) async throws {
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            try await Task.sleep(for: limit)
            logger.error("Something does not end; the process does", metadata: ["signal": .string("\(signal)")])
            exit(1)
        }
    }
}
