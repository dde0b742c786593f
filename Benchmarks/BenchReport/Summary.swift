/// What the rounds of one case, one queue type and one client come to: medians, and ratios to plain C of the same round.
struct Summary: Encodable {
    var queue: String
    var `case`: String
    var who: String
    var msgs: Int?
    var msgsPerS: Double?
    var cpuUsPerMsg: Double?
    var cpuMin: Double?
    var cpuMax: Double?
    var p50Us: Double?
    var p99Us: Double?
    var p999Us: Double?
    var rssMb: Double?
    var rssAnonMb: Double?
    var instructions: Double?
    var ratio: Double?
    var ratioMin: Double?
    var ratioMax: Double?
    var p50Ratio: Double?
    var p99Ratio: Double?
    var rounds: Int
    var load: Double?
    /// Why there are no figures, or fewer rounds than of the others.
    var note: String?

    /// The case whose plain C a batched one is held against.
    private static let baselines = ["publish-batch": "publish", "consume-batch": "consume"]

    /// In the order in which cases and clients first appear.
    static func all(of measurements: [Measurement]) -> [Summary] {
        var order: [String] = []
        var groups: [String: [Measurement]] = [:]
        for measurement in measurements {
            let key = "\(measurement.queue)\u{0}\(measurement.case)\u{0}\(measurement.who)"
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(measurement)
        }
        let plainC = measurements.filter { $0.who == "C" && $0.failed == nil }
        return order.compactMap { groups[$0] }.compactMap { Summary(of: $0, plainC) }
    }

    private init?(of group: [Measurement], _ plainC: [Measurement]) {
        guard let first = group.first else { return nil }
        (queue, `case`, who) = (first.queue, first.case, first.who)
        let good = group.filter { $0.failed == nil && $0.skipped == nil }
        rounds = good.count
        note = group.compactMap { $0.skipped.map { "skipped: \($0)" } ?? $0.failed.map { "failed: \($0)" } }.first
        msgs = good.first?.msgs
        msgsPerS = good.compactMap(\.msgsPerS).median
        let cpu = good.compactMap(\.cpuUsPerMsg)
        (cpuUsPerMsg, cpuMin, cpuMax) = (cpu.median, cpu.min(), cpu.max())
        (p50Us, p99Us) = (good.compactMap(\.p50Us).median, good.compactMap(\.p99Us).median)
        (p999Us, rssMb) = (good.compactMap(\.p999Us).median, good.compactMap(\.rssMb).median)
        rssAnonMb = good.compactMap(\.rssAnonMb).median
        instructions = good.compactMap(\.instructions).median
        load = good.compactMap(\.load).max()
        let base = Self.baselines[first.case] ?? first.case
        func ratios(_ figure: KeyPath<Measurement, Double?>) -> [Double] {
            good.compactMap { own in
                let other = plainC.first { $0.queue == own.queue && $0.case == base && $0.round == own.round }
                guard let value = own[keyPath: figure], let baseline = other?[keyPath: figure], baseline > 0 else {
                    return nil
                }
                return value / baseline
            }
        }
        let cpuRatios = ratios(\.cpuUsPerMsg)
        (ratio, ratioMin, ratioMax) = (cpuRatios.median, cpuRatios.min(), cpuRatios.max())
        (p50Ratio, p99Ratio) = (ratios(\.p50Us).median, ratios(\.p99Us).median)
    }
}

extension [Double] {
    /// Nil when there is none; between the two in the middle when their number is even.
    var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    }
}
