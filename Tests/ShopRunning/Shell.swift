import AMQPBridge
import Foundation

/// Runs commands for tests: the broker's own tools and clients in other languages.
package enum Shell {
    /// What a command printed, once it has ended with exit code 0.
    ///
    /// - Throws: when it cannot be started or ends otherwise, with everything it said.
    @discardableResult
    package static func run(
        _ command: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> String {
        // Reading until the end blocks, which the pool of Swift's own threads must not.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try runBlocking(command, arguments, input: input, environment: environment)
                    })
            }
        }
    }

    private static func runBlocking(
        _ command: String, _ arguments: [String], input: String, environment: [String: String]
    ) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let line = ([command] + arguments).joined(separator: " ")
            throw AMQPError(.invalidConfiguration, "\(line) ended with \(process.terminationStatus): \(output)")
        }
        return output
    }
}

/// The repository these tests belong to. `REPO_ROOT` says where it is when it is not where it was compiled.
package enum Repository {
    package static let root: String = {
        if let root = ProcessInfo.processInfo.environment["REPO_ROOT"] { return root }
        // …/Tests/ShopRunning/Shell.swift
        return URL(fileURLWithPath: #filePath).pathComponents.dropLast(3).joined(separator: "/")
            .replacingOccurrences(of: "//", with: "/")
    }()
}
