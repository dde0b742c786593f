import Hummingbird

/// Answers 421 to requests for a host that this port is not (RFC 9110, 15.5.20). A web page from elsewhere whose host's name
/// was made to mean 127.0.0.1 is of the same origin as the doors of the machine it is shown on, and its scripts could use
/// them; its requests still carry that name.
struct KnownHosts: RouterMiddleware {
    /// In small letters; this machine's own are known besides.
    private let names: Set<String>

    /// Nil where any name will do: on an address that others reach, unless names are given.
    ///
    /// - Parameter address: what the port is on.
    init?(on address: String, names: [String]) {
        let own = address.contains(":") ? "[\(address)]" : address
        guard !names.isEmpty || Self.isLoopback(own) else { return nil }
        self.names = Set(names.map { $0.lowercased() })
    }

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        if let authority = request.head.authority, !isKnown(authority) {
            throw Problem(
                .misdirectedRequest, "this port serves localhost, loopback addresses and what HTTP_NAMES holds")
        }
        return try await next(request, context)
    }

    /// - Parameter authority: a host, and perhaps a port; as in `Host`.
    func isKnown(_ authority: String) -> Bool {
        if Self.isLoopback(authority) { return true }
        guard let host = Self.host(authority) else { return false }
        return names.contains(host)
    }

    /// Whether only this machine can be meant: `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port.
    static func isLoopback(_ authority: String) -> Bool {
        guard let host = host(authority) else { return false }
        if host == "localhost" || host == "[::1]" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// In small letters and without the port; nil when it is no host with perhaps a port.
    private static func host(_ authority: String) -> String? {
        let authority = authority.lowercased()
        let host =
            authority.hasPrefix("[")
            ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        guard !host.isEmpty, authority.hasPrefix(host) else { return nil }
        let rest = authority.dropFirst(host.count)
        let isPort = rest.first == ":" && rest.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        return rest.isEmpty || isPort ? String(host) : nil
    }
}
