import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopRunning
import Testing

@Suite("TLS with nobody but the right broker", .timeLimit(.minutes(3)))
struct TLSRefusalTests {
    /// The error of a connection that must fail at once, is not to be tried again, and says where and what.
    private func expectRefused(
        _ configuration: AMQPConfiguration, saying words: String..., within limit: Duration = .seconds(4),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        var configuration = configuration
        for index in configuration.endpoints.indices { configuration.endpoints[index].password = "S3CRET" }
        let start = ContinuousClock.now
        let error = await #expect(throws: AMQPError.self, sourceLocation: sourceLocation) {
            _ = try await AMQPConnection.connect(configuration)
        }
        #expect(
            ContinuousClock.now - start < limit + MachineLateness.grace(since: start), sourceLocation: sourceLocation)
        guard let error else { return }
        #expect(error.code == .tlsRefused, "\(error)", sourceLocation: sourceLocation)
        #expect(!error.isRetriable, sourceLocation: sourceLocation)
        #expect(!"\(error)".contains("S3CRET") && !"\(error)".contains("PRIVATE KEY"), sourceLocation: sourceLocation)
        for word in words {
            #expect(error.message.contains(word), "\(error.message)", sourceLocation: sourceLocation)
        }
    }

    private func expectAccepted(
        _ configuration: AMQPConfiguration, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let connection = try await AMQPConnection.connect(configuration)
        #expect(try await connection.inspect("no-such-queue") == nil, sourceLocation: sourceLocation)
        await connection.close()
    }

    @Test("the certificate must be for the host, by name or by address")
    func host() async throws {
        let broker = try BrokerFixture()
        try await CertificateAuthority.with { authority in
            let trust = TLSOptions(caFile: authority.certificate)
            let both = try await authority.issue("both", for: "DNS:localhost,IP:127.0.0.1")
            try await BrokerControl.withTLSPort(both, trusting: authority) { port in
                try await expectAccepted(broker.configuration.byTLS(port: port, trust))
                try await expectAccepted(broker.configuration.byTLS(host: "127.0.0.1", port: port, trust))
            }
            let name = try await authority.issue("name", for: "DNS:localhost,DNS:127.0.0.1")
            try await BrokerControl.withTLSPort(name, trusting: authority) { port in
                try await expectAccepted(broker.configuration.byTLS(port: port, trust))
                await expectRefused(
                    broker.configuration.byTLS(host: "127.0.0.1", port: port, trust), saying: "127.0.0.1:\(port)",
                    "IP address mismatch", "subject alternative names")
            }
            // The common name of the subject, which is "localhost", counts for nothing.
            let other = try await authority.issue("localhost", for: "DNS:broker.example,DNS:*.localhost")
            try await BrokerControl.withTLSPort(other, trusting: authority) { port in
                await expectRefused(
                    broker.configuration.byTLS(port: port, trust), saying: "localhost:\(port)", "hostname mismatch")
            }
        }
    }

    @Test("the certificate must be signed by somebody trusted, and be valid now")
    func chain() async throws {
        let broker = try BrokerFixture()
        try await CertificateAuthority.with { authority in
            let good = try await authority.issue("good", for: "DNS:localhost")
            let stranger = try await CertificateAuthority(in: authority.directory, named: "stranger")
            try await BrokerControl.withTLSPort(good, trusting: authority) { port in
                await expectRefused(
                    broker.configuration.byTLS(port: port, TLSOptions(caFile: stranger.certificate)),
                    saying: "localhost:\(port)", "AMQP_CA_FILE")
                await expectRefused(broker.configuration.byTLS(port: port, TLSOptions()), saying: "AMQP_CA_FILE")
                // The good broker behind it is not tried: somebody should learn of this while all is still well.
                var two = broker.configuration.byTLS(port: port, TLSOptions(caFile: stranger.certificate))
                two.endpoints += broker.configuration.endpoints
                await expectRefused(two, saying: "localhost:\(port)")
            }
            let expired = try await authority.issue("expired", for: "DNS:localhost", days: -1)
            try await BrokerControl.withTLSPort(expired, trusting: authority) { port in
                await expectRefused(
                    broker.configuration.byTLS(port: port, TLSOptions(caFile: authority.certificate)),
                    saying: "localhost:\(port)", "certificate has expired")
            }
        }
    }

    @Test(
        "a broker that asks for a client certificate gets it; without one, or with a stranger's, it is a clear refusal")
    func clientCertificate() async throws {
        let broker = try BrokerFixture()
        try await CertificateAuthority.with { authority in
            let server = try await authority.issue("server", for: "DNS:localhost")
            let client = try await authority.issue("client", for: "DNS:client")
            let stranger = try await CertificateAuthority(in: authority.directory, named: "stranger")
            let foreign = try await stranger.issue("foreign", for: "DNS:client")
            let trust = TLSOptions(caFile: authority.certificate)
            let demand = "{verify,verify_peer},{fail_if_no_peer_cert,true}"
            for version in ["tlsv1.2", "tlsv1.3"] {
                let versions = "{versions,['\(version)']}"
                try await BrokerControl.withTLSPort(server, trusting: authority, demand, versions) { port in
                    func with(_ certificate: String?, _ key: String?) -> AMQPConfiguration {
                        var options = trust
                        options.certificateFile = certificate
                        options.keyFile = key
                        return broker.configuration.byTLS(port: port, options)
                    }
                    try await expectAccepted(with(client.certificate, client.key))
                    await expectRefused(with(nil, nil), saying: "localhost:\(port)", "AMQP_CERT_FILE")
                    await expectRefused(
                        with(foreign.certificate, foreign.key), saying: "localhost:\(port)", "AMQP_CERT_FILE")
                }
            }
        }
    }

    @Test("files that cannot be used are named")
    func files() async throws {
        let broker = try BrokerFixture()
        try await CertificateAuthority.with { authority in
            let server = try await authority.issue("server", for: "DNS:localhost")
            let client = try await authority.issue("client", for: "DNS:client")
            let encrypted = "\(authority.directory)/encrypted.key"
            try await CertificateAuthority.openssl(
                "pkey", "-in", client.key, "-out", encrypted, "-aes256", "-passout", "pass:S3CRET")
            let nothing = "\(authority.directory)/nothing.pem"
            let empty = try authority.file("empty.pem", "")
            let words = try authority.file("words.pem", "S3CRET words\n")
            let inOne = try authority.file(
                "one.pem",
                String(contentsOfFile: client.certificate, encoding: .utf8)
                    + String(contentsOfFile: client.key, encoding: .utf8))
            try await BrokerControl.withTLSPort(server, trusting: authority) { port in
                func with(_ ca: String? = nil, _ certificate: String? = nil, _ key: String? = nil) -> AMQPConfiguration
                {
                    broker.configuration.byTLS(
                        port: port, TLSOptions(caFile: ca, certificateFile: certificate, keyFile: key))
                }
                await expectRefused(with(nothing), saying: nothing, "No such file")
                for file in [empty, words, authority.directory, "/dev/zero"] {
                    await expectRefused(with(file), saying: "CA file '\(file)'")
                }
                let ca = authority.certificate
                await expectRefused(with(ca, nothing, client.key), saying: nothing, "No such file")
                await expectRefused(with(ca, words, client.key), saying: "certificate file '\(words)'")
                await expectRefused(with(ca, client.certificate, words), saying: "key file '\(words)'")
                await expectRefused(with(ca, client.certificate, server.key), saying: server.key, "does not belong")
                await expectRefused(with(ca, client.certificate, encrypted), saying: encrypted, "decrypted")
                await expectRefused(with(ca, client.certificate), saying: "key file '\(client.certificate)'")
                await expectRefused(with(ca, nil, client.key), saying: client.key, "AMQP_CERT_FILE")
                try await expectAccepted(with(ca, inOne))
            }
        }
    }

    @Test("nothing older than TLS 1.2 is spoken")
    func oldTLS() async throws {
        let broker = try BrokerFixture()
        try await CertificateAuthority.with { authority in
            let server = try await authority.issue("server", for: "DNS:localhost")
            let trust = TLSOptions(caFile: authority.certificate)
            try await BrokerControl.withTLSPort(server, trusting: authority, "{versions,['tlsv1.1']}") { port in
                await expectRefused(
                    broker.configuration.byTLS(port: port, trust), saying: "localhost:\(port)", "TLS 1.2")
            }
        }
    }

    @Test("a plain port asked for TLS, and a TLS port asked for none: both say so")
    func wrongPort() async throws {
        let broker = try BrokerFixture()
        let plainPort = broker.configuration.endpoints[0].port
        await expectRefused(
            broker.configuration.byTLS(port: plainPort, TLSOptions()), saying: "localhost:\(plainPort)",
            "speaks plain AMQP", "5671")
        try await CertificateAuthority.with { authority in
            let server = try await authority.issue("server", for: "DNS:localhost")
            try await BrokerControl.withTLSPort(server, trusting: authority) { port in
                var configuration = broker.configuration
                configuration.endpoints[0].port = port
                configuration.options.connectTimeout = .seconds(1)
                let start = ContinuousClock.now
                let error = await #expect(throws: AMQPError.self) {
                    _ = try await AMQPConnection.connect(configuration)
                }
                #expect(ContinuousClock.now - start < .seconds(3))
                #expect(error?.message.contains("amqps://") == true, "\(String(describing: error))")
            }
        }
    }

    @Test("a server that greets in plain text before it is asked is told from one that speaks TLS")
    func plainGreeting() async throws {
        for (greeting, words) in [("AMQP", "speaks plain AMQP"), ("HTTP/1.1 400 Bad Request\r\n\r\n", "plain HTTP")] {
            let server = try DeafServer(greeting: greeting)
            defer { server.stop() }
            let endpoint = AMQPEndpoint(host: "127.0.0.1", port: server.port, usesTLS: true)
            var configuration = AMQPConfiguration(endpoints: [endpoint])
            configuration.options.connectTimeout = .milliseconds(300)
            await expectRefused(configuration, saying: words, "5671", within: .milliseconds(300))
        }
    }

    @Test("a server that never answers the handshake, or breaks it off: unreachable, by the deadline")
    func deafServer() async throws {
        for (greeting, words) in [("", "within 0.3 seconds"), ("\u{1}garbage and more of it", "TLS")] {
            let server = try DeafServer(greeting: greeting)
            defer { server.stop() }
            let endpoint = AMQPEndpoint(host: "127.0.0.1", port: server.port, usesTLS: true)
            var configuration = AMQPConfiguration(endpoints: [endpoint])
            configuration.options.connectTimeout = .milliseconds(300)
            let start = ContinuousClock.now
            let error = await #expect(throws: AMQPError.self) { _ = try await AMQPConnection.connect(configuration) }
            #expect(ContinuousClock.now - start < .milliseconds(300) + MachineLateness.grace(since: start))
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }
}
