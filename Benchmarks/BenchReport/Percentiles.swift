import Histogram

/// In microseconds, by one HdrHistogram (three significant digits) for everybody.
struct Percentiles {
    let p50: Double
    let p99: Double
    let p999: Double

    /// Nil without a value.
    init?(nanoseconds values: [UInt64]) {
        guard !values.isEmpty else { return nil }
        var histogram = Histogram<UInt32>(numberOfSignificantValueDigits: .three)
        for value in values { histogram.record(max(1, value)) }
        func microseconds(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1000 }
        (p50, p99, p999) = (microseconds(50), microseconds(99), microseconds(99.9))
    }
}
