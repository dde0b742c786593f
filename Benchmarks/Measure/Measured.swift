import Glibc

/// Time and the processor time of the whole process, all threads, between two moments.
package struct Measured: Sendable {
    private var seconds: Double
    private var processorSeconds: Double
    /// Of single messages, in nanoseconds; see `writeLatencies()`.
    package var latencies: [UInt64] = []

    package static func measure(_ work: () async throws -> Void) async rethrows -> Measured {
        let (wall, processor) = (wallSeconds(), usedSeconds())
        try await work()
        return Measured(seconds: wallSeconds() - wall, processorSeconds: usedSeconds() - processor)
    }

    /// The same of what does not wait.
    package static func measure(_ work: () throws -> Void) rethrows -> Measured {
        let (wall, processor) = (wallSeconds(), usedSeconds())
        try work()
        return Measured(seconds: wallSeconds() - wall, processorSeconds: usedSeconds() - processor)
    }

    /// Writes the latencies, one a line, into the file that the variable `LATENCIES` names, if it does.
    package func writeLatencies() throws(Unwritable) { try Self.write(latencies) }

    /// The same for latencies in nanoseconds that were measured elsewhere.
    package static func write(_ latencies: [UInt64]) throws(Unwritable) {
        guard !latencies.isEmpty, let path = getenv("LATENCIES") else { return }
        guard let file = fopen(path, "w") else { throw Unwritable(path: String(cString: path)) }
        for latency in latencies { fputs("\(latency)\n", file) }
        guard fclose(file) == 0 else { throw Unwritable(path: String(cString: path)) }
    }

    package struct Unwritable: Error, CustomStringConvertible {
        let path: String
        package var description: String { "cannot write \(path)" }
    }

    /// One line of JSON, with the fields of `deploy/bench --json`.
    ///
    /// - Parameter latencies: of single calls, for a program that prints several lines; their median and 99th percentile
    ///   are in the line.
    package func line(case name: String, who: String, messages: Int, latencies: [Duration] = []) -> String {
        let rate = Int((Double(messages) / seconds).rounded())
        let processor = decimal(processorSeconds * 1e6 / Double(messages), 3)
        return "{\"case\":\"\(name)\",\"who\":\"\(who)\",\"msgs\":\(messages),\"msgs_per_s\":\(rate),"
            + "\"cpu_us_per_msg\":\(processor)," + percentiles(latencies) + memory() + "}"
    }

    /// One line of JSON for one role of a chain; see Benchmarks/README.md.
    package func roleLine(_ role: String, who: String, messages: Int, begin: UInt64, end: UInt64) -> String {
        let processor = decimal(processorSeconds * 1e6 / Double(messages), 3)
        return "{\"role\":\"\(role)\",\"who\":\"\(who)\",\"msgs\":\(messages),\"begin_ns\":\(begin),\"end_ns\":\(end),"
            + "\"cpu_us_per_msg\":\(processor)," + memory() + "}"
    }
}

private func memory() -> String {
    "\"rss_mb\":\(decimal(statusMegabytes("VmHWM:"), 1)),"
        + "\"rss_anon_mb\":\(decimal(statusMegabytes("RssAnon:"), 1))"
}

private func percentiles(_ latencies: [Duration]) -> String {
    guard !latencies.isEmpty else { return "" }
    return "\"p50_us\":\(microseconds(latencies, 50)),\"p99_us\":\(microseconds(latencies, 99)),"
}

/// A percentile by the nearest rank.
private func microseconds(_ latencies: [Duration], _ percent: Int) -> String {
    let latency = latencies.sorted()[(latencies.count * percent + 99) / 100 - 1]
    return decimal(latency / .microseconds(1), 1)
}

/// Since the machine's start; the same clock for all processes.
package func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

private func wallSeconds() -> Double { Double(monotonicNanoseconds()) / 1e9 }

private func usedSeconds() -> Double {
    var used = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used)
    return Double(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + Double(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6
}

/// A line of `/proc/self/status`. `VmHWM` is the peak of the resident set; `ru_maxrss` a process inherits from the one that
/// started it.
private func statusMegabytes(_ name: String) -> Double {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix(name) else { continue }
        return Double(text.filter(\.isNumber)).map { $0 / 1024 } ?? 0
    }
    return 0
}
