import AMQPBridge
package import Foundation

/// A TLS port of a running broker. A closed door can be opened again, with another certificate.
package struct TLSDoor: Sendable {
    package let port: Int
    /// Whom the other side is to trust.
    package let authority: CertificateAuthority
    private let broker: ShopBroker

    /// Nothing listens yet.
    package init(of broker: ShopBroker, _ authority: CertificateAuthority) throws {
        self.broker = broker
        self.authority = authority
        port = try FreePorts.next()
    }

    /// - Parameter options: further options of Erlang's `ssl`, for example `{versions,['tlsv1.2']}`.
    package func open(showing identity: CertificateAuthority.Identity, _ options: [String] = []) async throws {
        let files = [
            "{cacertfile,\"\(authority.certificate)\"}", "{certfile,\"\(identity.certificate)\"}",
            "{keyfile,\"\(identity.key)\"}",
        ]
        let list = (files + options).joined(separator: ",")
        try await expectOK("rabbit_networking:start_ssl_listener({\"127.0.0.1\",\(port)},[\(list)],2)")
    }

    /// Nobody comes in any more, and who is in is sent away.
    package func close() async throws {
        try await expectOK("rabbit_networking:stop_tcp_listener({\"127.0.0.1\",\(port)})")
    }

    private func expectOK(_ expression: String) async throws {
        let answer = try await broker.evaluate(expression)
        guard answer == "ok" else { throw AMQPError(.invalidConfiguration, "\(expression): \(answer)") }
    }

    /// Makes an address of the broker one of this door.
    package func change(_ url: inout URLComponents) {
        url.scheme = "amqps"
        url.host = "localhost"
        url.port = port
        url.queryItems = [URLQueryItem(name: "cacertfile", value: authority.certificate)]
    }
}
