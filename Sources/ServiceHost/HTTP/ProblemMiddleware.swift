import AMQPBridge
import Hummingbird
import Ledger
import Logging

/// Makes every error that a route throws an answer with problem details. What only we can mend is logged, and not told.
struct ProblemMiddleware: RouterMiddleware {
    /// So long a database that cannot be written is worth no other try, in seconds.
    private static let outage = 5

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let response = try problem(error, context).response(from: request, context: context)
            // After the head of an answer to HEAD the next answer begins, whatever it is (RFC 9112, 6.3).
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func problem(_ error: any Error, _ context: ServiceRequestContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case LedgerError.unavailable:
            // Which file and what is wrong with it the ledger has logged, and readiness tells the operator.
            return Problem(
                .serviceUnavailable, "nothing can be read or stored at the moment; /health/ready says why",
                retryAfter: Self.outage)
        case let error as HTTPError:
            return Problem(error.status, error.body ?? Self.detail(of: error.status))
        case let error as any HTTPResponseError: return Problem(error.status, Self.detail(of: error.status))
        default:
            context.logger.error("A request failed", metadata: ["error": .string("\(error)")])
            return Problem(.internalServerError, "the service failed; its log says how")
        }
    }

    private static func detail(of status: HTTPResponse.Status) -> String {
        switch status {
        case .notFound: "there is nothing at this address"
        case .contentTooLarge: "the body is larger than \(RequestJSON.maxBytes) bytes"
        default: status.reasonPhrase
        }
    }
}
