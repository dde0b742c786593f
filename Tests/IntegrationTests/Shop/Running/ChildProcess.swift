import Foundation
import Synchronization

/// A process of ours, with its output in files: a pipe that nobody empties would stop it.
final class ChildProcess: Sendable {
    private let process: Process
    private let ended = Latch()

    /// Set once, by the thread that waits for children.
    private final class Latch: Sendable {
        private let code = Mutex<Int32?>(nil)

        var value: Int32? { code.withLock { $0 } }

        func set(_ value: Int32) { code.withLock { $0 = value } }
    }

    /// Starts it. Output is appended.
    ///
    /// - Parameter environment: all of it; nothing is inherited.
    init(
        _ executable: URL, _ arguments: [String] = [], environment: [String: String], input: URL? = nil, output: URL,
        errors: URL
    ) throws {
        process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        process.standardOutput = try Self.append(to: output)
        process.standardError = output == errors ? process.standardOutput : try Self.append(to: errors)
        process.terminationHandler = { [ended] process in
            // As a shell tells it: 128 and the signal.
            let isSignal = process.terminationReason == .uncaughtSignal
            ended.set(isSignal ? 128 + process.terminationStatus : process.terminationStatus)
        }
        try process.run()
    }

    private static func append(to file: URL) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        return handle
    }

    var identifier: Int32 { process.processIdentifier }

    /// Nil while it runs.
    var exitCode: Int32? { ended.value }

    func signal(_ number: Int32) {
        if exitCode == nil { _ = Foundation.kill(identifier, number) }
    }

    /// - Throws: `NotInTime`; the process is left running.
    func exit(within limit: Duration) async throws -> Int32 {
        try await eventually("the end of process \(identifier)", within: limit, every: .milliseconds(10)) { exitCode }
    }

    /// Ends it, in order if it likes, and waits for that whatever happens to the task.
    func end(within limit: Duration = .seconds(12)) async {
        await Task {
            signal(SIGTERM)
            if (try? await exit(within: limit)) != nil { return }
            signal(SIGKILL)
            _ = try? await exit(within: .seconds(5))
        }.value
    }
}
