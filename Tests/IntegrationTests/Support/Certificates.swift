import AMQPBridge
import AMQPBridgeTesting
import Foundation

/// A certificate authority of the test's own, in a directory of its own, by the `openssl` command.
struct CertificateAuthority {
    struct Identity {
        var certificate: String
        var key: String
    }

    let directory: String
    /// The authority's own certificate.
    let certificate: String
    private let key: String

    /// Makes an authority, and removes everything it made afterwards.
    static func with<Result>(_ body: (CertificateAuthority) async throws -> Result) async throws -> Result {
        let directory = NSTemporaryDirectory() + "amqpbridge-tls-\(UUIDv7())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(try await CertificateAuthority(in: directory, named: "authority"))
    }

    init(in directory: String, named name: String) async throws {
        self.directory = directory
        key = "\(directory)/\(name).key"
        certificate = "\(directory)/\(name).pem"
        try await Self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", certificate, "-subj", "/CN=\(name)", "-days", "2")
    }

    /// A certificate of this authority.
    ///
    /// - Parameters:
    ///   - names: subject alternative names as OpenSSL writes them: `DNS:localhost,IP:127.0.0.1`.
    ///   - days: how long from now on it is valid; negative: no longer.
    func issue(_ name: String, for names: String, days: Int = 1) async throws -> Identity {
        let path = "\(directory)/\(name)"
        try await Self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "\(path).key",
            "-out", "\(path).csr", "-subj", "/CN=\(name)")
        try "subjectAltName=\(names)\n".write(toFile: "\(path).ext", atomically: true, encoding: .utf8)
        try await Self.openssl(
            "x509", "-req", "-in", "\(path).csr", "-CA", certificate, "-CAkey", key, "-CAcreateserial", "-out",
            "\(path).pem", "-days", "\(days)", "-extfile", "\(path).ext")
        return Identity(certificate: "\(path).pem", key: "\(path).key")
    }

    /// A file with this text, beside the certificates.
    func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
        return "\(directory)/\(name)"
    }

    @discardableResult
    static func openssl(_ arguments: String...) async throws -> String {
        try await Shell.run("/usr/bin/env", ["openssl"] + arguments)
    }
}

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
