import HTTPTypes
public import Hummingbird

/// Answers 405 with `Allow` where the address is right and only the method is not (RFC 9110, 15.5.6).
public struct AllowedMethods: RouterMiddleware {
    private let allowed: [(path: [Substring], methods: [HTTPRequest.Method])]

    /// - Parameter allowed: what can be done at each address; `:name` stands for any one part of it. HEAD goes with GET.
    public init(_ allowed: [String: [HTTPRequest.Method]]) {
        self.allowed = allowed.sorted { $0.key < $1.key }.map { path, methods in
            (path.split(separator: "/"), methods.flatMap { $0 == .get ? [.get, .head] : [$0] })
        }
    }

    public func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        if let methods = methods(at: request.uri.path), !methods.contains(request.method) {
            throw Problem(
                notAllowed: request.method.rawValue, allow: methods.map(\.rawValue).joined(separator: ", "))
        }
        return try await next(request, context)
    }

    private func methods(at path: String) -> [HTTPRequest.Method]? {
        let parts = path.split(separator: "/")
        return allowed.first { pattern in
            pattern.path.count == parts.count
                && zip(pattern.path, parts).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
        }?.methods
    }
}
