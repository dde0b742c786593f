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

    /// What the process has had of the processors so far.
    static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
