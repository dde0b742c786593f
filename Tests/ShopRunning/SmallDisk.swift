import Foundation
import Glibc

/// A disk of its own for the data of one service: a file system in memory, in the name space of that process. So it is
/// gone when the process is, however either of us ends.
package struct SmallDisk: Sendable {
    private let ballast: URL

    /// - Parameter process: one that was started by `wrapper`.
    package init(of process: ServiceProcess) {
        ballast = process.rootFolder.appending(path: "\(process.dataFolder.path)/ballast")
    }

    /// Mounts it, and becomes what comes as last argument.
    ///
    /// - Parameter size: in MiB.
    package static func wrapper(_ size: Int) -> [String] {
        let script = #"mkdir -p "$DATA_DIR" && mount -t tmpfs -o size=\#(size)m shop "$DATA_DIR" && exec "$0""#
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script]
    }

    /// Why there can be none; nil when there can. Root may mount, unless it is held in a container that forbids it.
    package static func obstacle() -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--mount", "mount", "-t", "tmpfs", "shop", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "there is no unshare" }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : "needs root, and leave to mount"
    }

    /// To the last byte.
    package func fill() throws {
        let descriptor = open(ballast.path, O_WRONLY | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        for size in [65_536, 4096, 1] {
            let zeros = [UInt8](repeating: 0, count: size)
            while write(descriptor, zeros, size) == size {}
            guard errno == ENOSPC || size > 1 else { throw failure() }
        }
    }

    package func free() throws { try FileManager.default.removeItem(at: ballast) }

    private func failure() -> CommandFailed {
        CommandFailed(description: "\(ballast.path): \(String(cString: strerror(errno)))")
    }
}
