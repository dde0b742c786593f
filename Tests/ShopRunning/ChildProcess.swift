package import Foundation
import Glibc
import Synchronization

/// A process of ours, with its output in files: a pipe that nobody empties would stop it.
///
/// Spawned by hand: Foundation's `Process` keeps the descriptors of every child it ever had, and these tests have
/// hundreds.
package final class ChildProcess: Sendable {
    package let identifier: pid_t
    /// Known once its end was noticed; from then on the identifier may be another process's.
    private let end = Mutex<Int32?>(nil)

    /// Starts it, with no descriptor of ours but these three. Output is appended.
    ///
    /// - Parameter environment: all of it; nothing is inherited.
    package init(
        _ executable: URL, _ arguments: [String] = [], environment: [String: String], input: URL? = nil, output: URL,
        errors: URL
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input?.path ?? "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, file.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        // Another test's connection must not live on in our child.
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            if let descriptor = Int32(name), descriptor > STDERR_FILENO {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }
        identifier = try Self.spawn(
            executable.path, [executable.path] + arguments, environment.map { "\($0.key)=\($0.value)" }, &actions)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String], _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever this process does about signals is not the child's business.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var identifier: pid_t = 0
        let result = posix_spawn(&identifier, path, &actions, &attributes, argv, envp)
        guard result == 0 else { throw CommandFailed(description: "\(path): \(String(cString: strerror(result)))") }
        return identifier
    }

    /// Nil while it runs; 128 and the signal, as a shell tells it, when one ended it.
    package var exitCode: Int32? {
        end.withLock { code in
            if code != nil { return code }
            var status: Int32 = 0
            let ended = waitpid(identifier, &status, WNOHANG)
            guard ended != 0 else { return nil }
            let signal = status & 0x7F
            code = ended < 0 ? -1 : signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            return code
        }
    }

    package func signal(_ number: Int32) {
        if exitCode == nil { _ = Glibc.kill(identifier, number) }
    }

    /// - Throws: `NotInTime`; the process is left running.
    package func exit(within limit: Duration) async throws -> Int32 {
        try await waitFor("the end of process \(identifier)", within: limit, every: .milliseconds(10)) { exitCode }
    }

    /// Ends it, in order if it likes, and waits for that whatever happens to the task.
    package func end(within limit: Duration = .seconds(12)) async {
        await Task {
            signal(SIGTERM)
            if (try? await exit(within: limit)) != nil { return }
            signal(SIGKILL)
            _ = try? await exit(within: .seconds(5))
        }.value
    }
}
