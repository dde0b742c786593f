import Foundation
import ShopRunning

/// Knocks at a service's door all the time.
struct DoorWatch: Sendable {
    let client: RawClient

    init(port: Int) { client = RawClient(port: port) }

    /// Runs the body, and says how long the door did not answer meanwhile at the longest: from one answer to the next.
    func longestSilence(while body: () async throws -> Void) async throws -> Duration {
        let watching = Task { await watch() }
        defer { watching.cancel() }
        try await body()
        watching.cancel()
        return await watching.value
    }

    private func watch() async -> Duration {
        var (last, longest) = (ContinuousClock.now, Duration.zero)
        while !Task.isCancelled {
            if case .some(.some(let answer)) = try? await client.ask("GET", "/health/live"), answer.status == 200 {
                longest = max(longest, .now - last)
                last = .now
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return longest
    }
}
