package import Foundation

/// What a command that has ended did.
package struct CommandResult: Sendable {
    package var command: String
    package var exitCode: Int32
    package var output: String
    package var errors: String

    package init(command: String, exitCode: Int32, output: String, errors: String) {
        self.command = command
        self.exitCode = exitCode
        self.output = output
        self.errors = errors
    }

    /// - Throws: what it said, unless it ended with 0.
    package func checked() throws -> CommandResult {
        guard exitCode == 0 else { throw CommandFailed(description: "\(command): exit code \(exitCode): \(errors)") }
        return self
    }

    /// The output as one JSON object a line.
    package func rows<Row: Decodable>(of type: Row.Type = Row.self) throws -> [Row] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try output.split(separator: "\n").map { try decoder.decode(type, from: Data($0.utf8)) }
    }
}

package struct CommandFailed: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}

/// A command that is run to its end.
package struct Command: Sendable {
    package var executable: URL
    package var arguments: [String] = []
    /// Beside PATH, HOME and LANG; nothing else is inherited.
    package var environment: [String: String] = [:]
    package var input = Data()

    package init(
        executable: URL, arguments: [String] = [], environment: [String: String] = [:], input: Data = Data()
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.input = input
    }

    /// - Throws: `NotInTime`, with the process killed; the exit code is the caller's to judge.
    package func run(within limit: Duration = .seconds(60)) async throws -> CommandResult {
        try await TemporaryFolder.with("command") { folder in
            let files = ["in", "out", "err"].map { folder.appending(path: $0) }
            try input.write(to: files[0])
            let process = try ChildProcess(
                executable, arguments, environment: Self.inherited.merging(environment) { $1 }, input: files[0],
                output: files[1], errors: files[2])
            let name = ([executable.lastPathComponent] + arguments).joined(separator: " ")
            do {
                let exitCode = try await process.exit(within: limit)
                return CommandResult(
                    command: name, exitCode: exitCode, output: try Self.text(files[1]), errors: try Self.text(files[2]))
            } catch {
                await process.end(within: .zero)
                throw CommandFailed(description: "\(name): \(error); it said: \(try Self.text(files[2]))")
            }
        }
    }

    private static func text(_ file: URL) throws -> String {
        String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }

    package static let inherited = ProcessInfo.processInfo.environment.filter {
        ["PATH", "HOME", "LANG"].contains($0.key)
    }
}

/// A folder that is gone afterwards.
package enum TemporaryFolder {
    package static func with<Result>(
        _ name: String, isolation: isolated (any Actor)? = #isolation, _ body: (URL) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shop-tests-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}
