import Hummingbird

/// Answers 421 to requests for another host than this machine (RFC 9110, 15.5.20). For ports on loopback alone: a web page
/// from elsewhere whose host's name was made to mean 127.0.0.1 is of the same origin as our doors, and its scripts could
/// use them; its requests still carry that name.
struct LoopbackOnly: RouterMiddleware {
    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        if let authority = request.head.authority, !Self.isLoopback(authority) {
            throw Problem(.misdirectedRequest, "this port serves this machine alone: by localhost, or by address")
        }
        return try await next(request, context)
    }

    /// Whether only this machine can be meant: `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port.
    ///
    /// - Parameter authority: a host, and perhaps a port; as in `Host`.
    static func isLoopback(_ authority: String) -> Bool {
        let authority = authority.lowercased()
        if authority.hasPrefix("[") { return isHost(authority, "[::1]") }
        let host = authority.prefix { $0 != ":" }
        guard isHost(authority, String(host)) else { return false }
        if host == "localhost" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    private static func isHost(_ authority: String, _ host: String) -> Bool {
        guard authority.hasPrefix(host) else { return false }
        let rest = authority.dropFirst(host.count)
        return rest.isEmpty || (rest.first == ":" && rest.dropFirst().allSatisfy { $0.isASCII && $0.isNumber })
    }
}
