import Foundation
import ShopRunning

/// A wall clock of the services alone, which can be set while they run; see `Tests/WallClock`.
struct WallClock: Sendable {
    private let file: URL

    /// As this machine's.
    init(_ file: URL) throws {
        self.file = file
        try Self.bytes(.zero).write(to: file)
    }

    /// What a process needs to go by it.
    var environment: [String: String] {
        ["LD_PRELOAD": ShopBinaries.named("libWallClock.so").path, "WALL_CLOCK_SHIFT": file.path]
    }

    /// Sets it, in whole seconds before or after this machine's.
    func set(ahead: Duration) throws {
        // Eight bytes in one piece, into the file that they all look at.
        let handle = try FileHandle(forUpdating: file)
        try handle.write(contentsOf: Self.bytes(ahead))
        try handle.close()
    }

    private static func bytes(_ ahead: Duration) -> Data {
        withUnsafeBytes(of: ahead.components.seconds) { Data($0) }
    }
}
