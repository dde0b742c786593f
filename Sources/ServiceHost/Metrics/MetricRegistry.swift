import AMQPBridge
import CoreMetrics
import Synchronization

/// The metrics of this process, for Prometheus: swift-metrics' backend. All that is counted anywhere, also in libraries,
/// arrives here under its name.
final class MetricRegistry: MetricsFactory {
    /// A name's series at most: dimensions that somebody makes of what comes from outside must not fill memory.
    private static let maxSeries = 1000

    struct Family: Sendable {
        enum Kind: String, Sendable { case counter, gauge, histogram }

        var kind: Kind
        var series: [MetricLabels: any MetricSeries] = [:]
    }

    private let state = Mutex<[String: Family]>([:])
    private let help: [String: String]

    /// - Parameter names: those with a text about them.
    init(describing names: [MetricName]) {
        help = Dictionary(names.map { ($0.label, $0.help) }, uniquingKeysWith: { first, _ in first })
    }

    /// All families, by their names.
    var families: [(name: String, help: String?, family: Family)] {
        state.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, help[$0.key], $0.value) }
    }

    /// The series of that name and these dimensions, made when missing. One that does not fit (too many, or the name stands
    /// for another kind) works and is not shown.
    private func series<Series: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Family.Kind, _ make: () -> Series
    ) -> Series {
        let labels = MetricLabels(dimensions)
        return state.withLock { families in
            var family = families[label] ?? Family(kind: kind)
            guard family.kind == kind else { return make() }
            if let known = family.series[labels] { return known as? Series ?? make() }
            let new = make()
            guard family.series.count < Self.maxSeries else { return new }
            family.series[labels] = new
            families[label] = family
            return new
        }
    }

    /// A counter that somebody else keeps.
    func total(_ name: MetricName, is value: Double) {
        series(name.label, [], .counter) { ValueSeries() }.set(value)
    }

    // MARK: What swift-metrics asks for

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { ValueSeries() }
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { ValueSeries() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { ValueSeries() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { ValueSeries() } }
        return series(label, dimensions, .histogram) { HistogramSeries(bounds: HistogramSeries.ofAmounts) }
    }

    /// In seconds, as Prometheus wants them.
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(bounds: HistogramSeries.ofSeconds) }
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: AnyObject) {
        state.withLock { families in
            for (name, family) in families {
                for (labels, series) in family.series where series === handler {
                    families[name]?.series[labels] = nil
                }
                if families[name]?.series.isEmpty == true { families[name] = nil }
            }
        }
    }
}

/// A series' dimensions, whatever their order was.
struct MetricLabels: Hashable, Sendable {
    struct Label: Hashable, Sendable {
        var name: String
        var value: String
    }

    let labels: [Label]

    init(_ dimensions: [(String, String)]) {
        labels = dimensions.map { Label(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
    }
}
