import HTTPTypes
import Hummingbird
import ServiceHost

/// Lets pass who shows the operator's token: `Authorization: Bearer …` (RFC 6750, 2.1). A page of another site cannot send
/// that in anybody's name.
struct OperatorOnly: RouterMiddleware {
    let token: OperatorToken?

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let token else {
            throw Problem(.forbidden, "nobody may do this: the board was given no token (BOARD_TOKEN_FILE)")
        }
        let scheme = "Bearer "
        guard let given = request.headers[.authorization], given.hasPrefix(scheme),
            token.matches(given.dropFirst(scheme.count))
        else {
            var refusal = try Problem(.unauthorized, "this needs the operator's token").response(
                from: request, context: context)
            refusal.headers[.wwwAuthenticate] = "Bearer"
            return refusal
        }
        return try await next(request, context)
    }
}
