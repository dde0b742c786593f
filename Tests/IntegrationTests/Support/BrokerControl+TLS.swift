import AMQPBridge
import AMQPBridgeTesting
import ShopRunning

extension BrokerControl {
    /// A TLS port of the running broker for the time of a test.
    ///
    /// - Parameter options: further options of Erlang's `ssl`, for example `{versions,['tlsv1.2']}`.
    static func withTLSPort<Result>(
        _ identity: CertificateAuthority.Identity, trusting authority: CertificateAuthority, _ options: String...,
        body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let door = try TLSDoor(of: ShopBroker.given(), authority)
        try await door.open(showing: identity, options)
        let result: Result
        do {
            result = try await body(door.port)
        } catch {
            try? await door.close()
            throw error
        }
        try await door.close()
        return result
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
