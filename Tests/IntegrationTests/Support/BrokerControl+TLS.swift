import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopRunning

extension BrokerControl {
    /// A TLS port of the running broker for the time of a test.
    ///
    /// - Parameter options: further options of Erlang's `ssl`, for example `{versions,['tlsv1.2']}`.
    static func withTLSPort<Result>(
        _ identity: CertificateAuthority.Identity, trusting authority: CertificateAuthority, _ options: String...,
        body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let reserved = try LocalPort(isListening: false)
        let port = reserved.number
        reserved.close()
        let files = [
            "{cacertfile,\"\(authority.certificate)\"}", "{certfile,\"\(identity.certificate)\"}",
            "{keyfile,\"\(identity.key)\"}",
        ]
        let list = (files + options).joined(separator: ",")
        try await eval("rabbit_networking:start_ssl_listener({\"127.0.0.1\",\(port)},[\(list)],2)")
        let result: Result
        do {
            result = try await body(port)
        } catch {
            try? await eval("rabbit_networking:stop_tcp_listener({\"127.0.0.1\",\(port)})")
            throw error
        }
        try await eval("rabbit_networking:stop_tcp_listener({\"127.0.0.1\",\(port)})")
        return result
    }

    private static func eval(_ expression: String) async throws {
        let answer = try await ctl("-q", "eval", "\(expression).").trimmingCharacters(in: .whitespacesAndNewlines)
        guard answer == "ok" else { throw AMQPError(.invalidConfiguration, "\(expression): \(answer)") }
    }
}

extension AMQPConfiguration {
    /// The same broker by TLS.
    func byTLS(host: String = "localhost", port: Int, _ options: TLSOptions) -> AMQPConfiguration {
        var result = self
        for index in endpoints.indices {
            result.endpoints[index].host = host
            result.endpoints[index].port = port
            result.endpoints[index].usesTLS = true
        }
        result.options.tls = options
        return result
    }
}
