public import Hummingbird
import Synchronization

/// Answers 429 to clients that ask more often than allowed. A client is an address.
public final class RateLimitMiddleware: RouterMiddleware {
    private let limit: Mutex<RateLimit>?
    private let start = ContinuousClock.now

    /// - Parameter rate: requests a second and client; 0: any number.
    public init(rate: Int) { limit = rate > 0 ? Mutex(RateLimit(rate: rate)) : nil }

    public func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let client = context.remoteAddress?.ipAddress ?? "local"
        let now = ContinuousClock.now - start
        if let wait = limit?.withLock({ $0.take(client, at: now) }) {
            // Whole seconds, and never too early.
            let seconds = Int(wait.components.seconds) + 1
            throw Problem(.tooManyRequests, "too many requests; try again in \(seconds) s", retryAfter: seconds)
        }
        return try await next(request, context)
    }
}
