import Foundation

/// One line of the results: one program, run once. See Benchmarks/README.md.
struct Measurement: Decodable {
    var `case`: String
    var who: String
    var queue: String
    var round: Int?
    var msgs: Int?
    var msgsPerS: Double?
    var cpuUsPerMsg: Double?
    var rssMb: Double?
    var p50Us: Double?
    var p99Us: Double?
    var p999Us: Double?
    /// The file that holds single latencies.
    var latencies: String?
    var load: Double?
    var failed: String?
    var skipped: String?
    var rssAnonMb: Double?
    /// An item, as valgrind counts them.
    var instructions: Double?

    static func all(in text: String) throws -> [Measurement] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try text.split(separator: "\n").map { try decoder.decode(Measurement.self, from: Data($0.utf8)) }
    }

    /// With its percentiles, from the file if it names one.
    func withPercentiles() throws -> Measurement {
        guard let latencies else { return self }
        let lines = try String(contentsOfFile: latencies, encoding: .utf8).split(separator: "\n")
        let values = lines.compactMap { UInt64($0) }
        guard let percentiles = Percentiles(nanoseconds: values) else { return self }
        var copy = self
        (copy.p50Us, copy.p99Us, copy.p999Us) = (percentiles.p50, percentiles.p99, percentiles.p999)
        return copy
    }
}

/// Where it was measured, and by what; written by deploy/bench.
struct Machine: Decodable {
    var command: String
    var date: String
    var cores: Int
    var load: String
    var versions: String
}
