import Foundation

/// What this process holds of the operating system.
enum Resources {
    static func count() throws -> (threads: Int, descriptors: Int) {
        let files = FileManager.default
        return (
            try files.contentsOfDirectory(atPath: "/proc/self/task").count,
            try files.contentsOfDirectory(atPath: "/proc/self/fd").count
        )
    }
}
