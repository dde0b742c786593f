import Foundation
import Testing

@testable import NotifySvc

/// A real mail server in a process of its own: `Tests/ForeignClients/mail_server.py` says what it can do.
struct MailServer {
    /// A mail as it arrived.
    struct Arrival {
        struct Envelope: Decodable, Equatable {
            var from: String
            var to: [String]
            var tls: Bool
        }

        var envelope: Envelope
        var bytes: [UInt8]
    }

    let folder: URL
    let port: Int

    static func with<Result>(
        _ options: String..., environment: [String: String] = [:], _ body: (MailServer) async throws -> Result
    ) async throws -> Result {
        try await with(options, environment: environment, body)
    }

    /// Runs one for as long as the body does.
    static func with<Result>(
        _ options: [String], environment: [String: String] = [:], _ body: (MailServer) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mail-server-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [script, folder.path] + options
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // The child may have inherited that it hears no other signal.
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        return try await body(MailServer(folder: folder, port: try await port(in: folder, of: process)))
    }

    private static let script: String = {
        let repository = ProcessInfo.processInfo.environment["REPO_ROOT"].map { URL(filePath: $0) }
        let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        return (repository?.appending(path: "Tests") ?? tests).appending(path: "ForeignClients/mail_server.py").path
    }()

    private static func port(in folder: URL, of process: Process) async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(30)
        let file = folder.appending(path: "port")
        while process.isRunning, ContinuousClock.now < deadline {
            if let port = (try? String(contentsOf: file, encoding: .utf8)).flatMap({ Int($0) }) { return port }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw MailServerMissing()
    }

    struct MailServerMissing: Error, CustomStringConvertible {
        var description: String { "the mail server did not start: is python3-aiosmtpd installed?" }
    }

    /// What it accepted, in the order it came.
    func arrivals() throws -> [Arrival] {
        var arrivals: [Arrival] = []
        while let data = try? Data(contentsOf: folder.appending(path: "\(arrivals.count + 1).eml")) {
            let json = try Data(contentsOf: folder.appending(path: "\(arrivals.count + 1).json"))
            let envelope = try JSONDecoder().decode(Arrival.Envelope.self, from: json)
            arrivals.append(Arrival(envelope: envelope, bytes: [UInt8](data)))
        }
        return arrivals
    }

    /// How often somebody connected.
    func connections() throws -> Int {
        let file = folder.appending(path: "connections")
        guard FileManager.default.fileExists(atPath: file.path) else { return 0 }
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count
    }

    /// An outlet to it.
    func outlet(
        _ scheme: String = "smtp", login: String = "", query: String = "", trusting authorities: String? = nil,
        mailTimeout: Duration = .seconds(30)
    ) throws -> SMTPOutlet {
        var server = try SMTPServer(url: "\(scheme)://\(login)127.0.0.1:\(port)\(query)")
        server.authorities = authorities
        server.mailTimeout = mailTimeout
        return try SMTPOutlet(server)
    }
}

/// A certificate that vouches for itself, and its key.
struct TestCertificate {
    let certificate: String
    let key: String

    /// - Parameter names: as OpenSSL writes them: `IP:127.0.0.1`.
    static func with(names: String, _ body: (TestCertificate) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "certificate-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let result = TestCertificate(certificate: "\(folder)/it.pem", key: "\(folder)/it.key")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            result.key, "-out", result.certificate, "-subj", "/CN=test", "-days", "2", "-addext",
            "subjectAltName=\(names)",
        ]
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        try #require(status == 0, "openssl made no certificate")
        try await body(result)
    }
}
