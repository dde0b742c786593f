import AMQPBridge
import AMQPBridgeTesting
import Foundation

/// A certificate authority of the test's own, in a directory of its own, by the `openssl` command.
package struct CertificateAuthority {
    package struct Identity {
        package var certificate: String
        package var key: String
    }

    package let directory: String
    /// The authority's own certificate.
    package let certificate: String
    private let key: String

    /// Makes an authority, and removes everything it made afterwards.
    package static func with<Result>(_ body: (CertificateAuthority) async throws -> Result) async throws -> Result {
        let directory = NSTemporaryDirectory() + "amqpbridge-tls-\(UUIDv7())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(try await CertificateAuthority(in: directory, named: "authority"))
    }

    package init(in directory: String, named name: String) async throws {
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
    package func issue(_ name: String, for names: String, days: Int = 1) async throws -> Identity {
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
    package func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
        return "\(directory)/\(name)"
    }

    @discardableResult
    package static func openssl(_ arguments: String...) async throws -> String {
        try await Shell.run("/usr/bin/env", ["openssl"] + arguments)
    }
}
