import Glibc

/// Time and the processor time of the whole process, all threads, between two moments.
package struct Measured {
    private var seconds: Double
    private var processorSeconds: Double

    package static func measure(_ work: () async throws -> Void) async rethrows -> Measured {
        let (wall, processor) = (wallSeconds(), usedSeconds())
        try await work()
        return Measured(seconds: wallSeconds() - wall, processorSeconds: usedSeconds() - processor)
    }

    /// One line of JSON, with the fields of `deploy/bench --json`.
    ///
    /// - Parameter latencies: of single calls; their median and 99th percentile are shown. Empty: not measured.
    package func line(case name: String, who: String, messages: Int, latencies: [Duration] = []) -> String {
        let rate = Int((Double(messages) / seconds).rounded())
        let processor = decimal(processorSeconds * 1e6 / Double(messages), digits: 3)
        return "{\"case\":\"\(name)\",\"who\":\"\(who)\",\"msgs\":\(messages),\"msgs_per_s\":\(rate),"
            + "\"cpu_us_per_msg\":\(processor),\"p50_us\":\(microseconds(latencies, 50)),"
            + "\"p99_us\":\(microseconds(latencies, 99)),"
            + "\"rss_mb\":\(decimal(peakMegabytes(), digits: 1))}"
    }
}

/// A percentile by the nearest rank.
private func microseconds(_ latencies: [Duration], _ percent: Int) -> String {
    guard !latencies.isEmpty else { return "null" }
    let latency = latencies.sorted()[(latencies.count * percent + 99) / 100 - 1]
    return decimal(latency / .microseconds(1), digits: 1)
}

private func wallSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func usedSeconds() -> Double {
    var used = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used)
    return Double(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + Double(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6
}

/// The peak of the resident set. Not `ru_maxrss`, which a process inherits from the one that started it.
private func peakMegabytes() -> Double {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix("VmHWM:") else { continue }
        return Double(text.filter(\.isNumber)).map { $0 / 1024 } ?? 0
    }
    return 0
}

/// Fixed point, without Foundation (its load would show in the memory figure).
private func decimal(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
    let scaled = Int((value * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
}
