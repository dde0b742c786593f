package import Foundation
package import ShopEvents

/// One of the shop's services as a real process, with its own port, data and log.
package struct ServiceProcess: Sendable {
    package let service: ShopService
    package let port: Int
    package let log: URL
    /// Where its database is.
    package let dataFolder: URL
    package let process: ChildProcess

    /// Starts it and does not wait for anything.
    ///
    /// - Parameters:
    ///   - binary: another version of it; nil: its own.
    ///   - wrapper: a command that becomes the service in the end; the service's path is its last argument.
    package init(
        _ service: ShopService, binary: String? = nil, port: Int, in folder: URL, log: URL,
        environment: [String: String], wrapper: [String] = []
    ) throws {
        var variables = Command.inherited
        variables["HTTP_PORT"] = "\(port)"
        variables["DATA_DIR"] = folder.appending(path: "data/\(service.rawValue)").path
        variables["MAIL_DIR"] = folder.appending(path: "mail").path
        // All that it could ever write, because secrets are looked for in it.
        variables["LOG_LEVEL"] = "trace"
        variables.merge(environment) { $1 }
        self.service = service
        self.port = port
        self.log = log
        dataFolder = URL(filePath: variables["DATA_DIR", default: ""])
        let command = wrapper + [ShopBinaries.named(binary ?? service.rawValue.capitalized + "Svc").path]
        process = try ChildProcess(
            URL(filePath: command[0]), Array(command.dropFirst()), environment: variables, output: log, errors: log)
    }

    /// The root of what it sees of the file systems, which may be more than others see.
    package var rootFolder: URL { URL(filePath: "/proc/\(process.identifier)/root") }

    /// What a health route answers.
    package struct Health: Sendable {
        package var status: Int
        package var body: String
    }

    package func health(_ route: String) async throws -> Health {
        let command = Command(
            executable: URL(filePath: "/usr/bin/curl"),
            arguments: [
                "-sS", "--noproxy", "*", "--max-time", "5", "-w", "\n%{http_code}",
                "http://127.0.0.1:\(port)/health/\(route)",
            ])
        let lines = try await command.run().checked().output.split(separator: "\n")
        return Health(status: Int(lines.last ?? "") ?? 0, body: lines.dropLast().joined(separator: "\n"))
    }

    /// - Throws: what its log says when it ended, or what it lacks when it is not ready in time.
    package func waitUntilReady(within limit: Duration = .seconds(60)) async throws {
        let answer = try await waitFor("an answer of \(service) that it is ready, or its end", within: limit) {
            if process.exitCode != nil { return Health(status: 0, body: "") }
            let health = try await health("ready")
            guard health.status == 200 else { throw CommandFailed(description: health.body) }
            return health
        }
        if answer.status != 200 {
            throw CommandFailed(description: "\(service) ended with \(process.exitCode ?? -1): \(logText.suffix(2000))")
        }
    }

    /// Whether it waits for another process to let go of a file that is locked, by the kernel's own list.
    package func waitsForLock() throws -> Bool {
        try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.count > 5 && words[1] == "->" && words[2] == "FLOCK" && words[5] == "\(process.identifier)"
        }
    }

    /// Waits for the end of one that cannot go on.
    package func endByItself(within limit: Duration = .seconds(10)) async throws -> Int32 {
        try await whileRunning { try await process.exit(within: limit) }
    }

    /// Ends it when the body does, however that ends.
    package func whileRunning<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            let result = try await body()
            await process.end()
            return result
        } catch {
            await process.end()
            throw error
        }
    }

    /// What it said at the very end, at every log level.
    package var lastWords: String { logText.split(separator: "\n").last.map(String.init) ?? "" }

    package var logText: String { (try? Data(contentsOf: log)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

/// Ports nobody listens on.
package enum FreePorts {
    /// Below the kernel's range for outgoing connections, which could take one at any moment.
    package static func next() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<32_000)
            if isFree(UInt16(port)) { return port }
        }
        throw CommandFailed(description: "no free port found")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
