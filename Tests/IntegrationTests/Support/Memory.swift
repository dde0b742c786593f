import AMQPBridge
import Foundation

/// What a process has in memory.
enum Memory {
    /// `malloc_trim`, which Swift's module of the C library leaves out.
    private static let trim = dlsym(nil, "malloc_trim").map {
        unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
    }

    /// Anonymous resident memory of this process in bytes, after the allocator gave back what it could: no files, no shared
    /// libraries.
    static func anonymous() throws -> Int {
        _ = trim?(0)
        return try anonymous(of: getpid())
    }

    /// The same of another process, whose allocator keeps what it likes.
    static func anonymous(of process: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        guard let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
            throw AMQPError(.invalidConfiguration, "/proc/\(process)/status has no RssAnon")
        }
        return kilobytes * 1024
    }
}
