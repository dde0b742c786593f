import Foundation
import Glibc
import ShopEvents
import ShopRunning

/// A disk of its own for the data of one service: a file system in memory, in the name space of that process. So it is
/// gone when the process is, however either of us ends.
struct SmallDisk {
    private static let ballast = "ballast"

    let shop: DrillShop
    let service: ShopService

    /// Mounts it, and becomes what comes as last argument.
    ///
    /// - Parameter size: in MiB.
    static func wrapper(_ size: Int) -> [String] {
        let script = #"mkdir -p "$DATA_DIR" && mount -t tmpfs -o size=\#(size)m faults "$DATA_DIR" && exec "$0""#
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script]
    }

    /// Root may mount, unless it is held in a container that forbids it.
    static let need = Need {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--mount", "mount", "-t", "tmpfs", "faults", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "there is no unshare" }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : "needs root, and leave to mount"
    }

    /// To the last byte.
    func fill() async throws {
        let file = try await shop.dataFileInside(service, Self.ballast)
        let descriptor = open(file.path, O_WRONLY | O_CREAT, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailed(description: "\(file.path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        for size in [65_536, 4096, 1] {
            let zeros = [UInt8](repeating: 0, count: size)
            while write(descriptor, zeros, size) == size {}
            guard errno == ENOSPC || size > 1 else {
                throw CommandFailed(description: "\(file.path): \(String(cString: strerror(errno)))")
            }
        }
    }

    func free() async throws {
        try FileManager.default.removeItem(at: try await shop.dataFileInside(service, Self.ballast))
    }
}
