import AMQPBridge
import CoreMetrics
import Testing

@testable import ServiceHost

@Suite("Metrics for Prometheus")
struct PrometheusTextTests {
    private func text(_ registry: MetricRegistry) -> [Substring] {
        PrometheusText.write(registry.families).split(separator: "\n")
    }

    @Test("counters, gauges and histograms, with their texts, by name and label")
    func kinds() {
        let registry = MetricRegistry(describing: [MetricName("b_total", "How many b"), MetricName("a", "The a")])
        Counter(label: "b_total", dimensions: [("rung", "10s"), ("a", "x")], factory: registry).increment(by: 3)
        Counter(label: "b_total", dimensions: [("a", "x"), ("rung", "10s")], factory: registry).increment(by: 4)
        Counter(label: "b_total", dimensions: [("rung", "1s")], factory: registry).increment()
        Meter(label: "a", factory: registry).set(2.5)
        #expect(
            text(registry) == [
                "# HELP a The a", "# TYPE a gauge", "a 2.5", "# HELP b_total How many b", "# TYPE b_total counter",
                #"b_total{a="x",rung="10s"} 7"#, #"b_total{rung="1s"} 1"#,
            ])
    }

    @Test("a timer is a histogram in seconds, whose buckets count all below")
    func histogram() {
        let registry = MetricRegistry(describing: [])
        let timer = Timer(label: "t_seconds", dimensions: [("type", "x")], factory: registry)
        for milliseconds in [0.05, 0.1, 2, 2, 40_000] as [Double] { timer.recordMilliseconds(milliseconds) }
        let lines = text(registry)
        #expect(lines.contains(#"t_seconds_bucket{type="x",le="0.0001"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{type="x",le="0.001"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{type="x",le="0.0025"} 4"#))
        #expect(lines.contains(#"t_seconds_bucket{type="x",le="30"} 4"#))
        #expect(lines.contains(#"t_seconds_bucket{type="x",le="+Inf"} 5"#))
        #expect(lines.contains(#"t_seconds_count{type="x"} 5"#))
        #expect(lines.contains { $0.hasPrefix(#"t_seconds_sum{type="x"} 40.004"#) })
    }

    @Test("what a name or a value must not hold is made harmless")
    func escaping() {
        let registry = MetricRegistry(describing: [MetricName("1 ä-b", "two\nlines \\")])
        Counter(label: "1 ä-b", dimensions: [("la bel", "say \"x\"\n\\")], factory: registry).increment()
        #expect(
            text(registry) == [
                #"# HELP _1___b two\nlines \\"#, "# TYPE _1___b counter", #"_1___b{la_bel="say \"x\"\n\\"} 1"#,
            ])
    }

    @Test("a name is of one kind, and has a thousand series at most")
    func limits() {
        let registry = MetricRegistry(describing: [])
        Counter(label: "x", factory: registry).increment()
        Meter(label: "x", factory: registry).set(7)
        #expect(text(registry).last == "x 1")
        for number in 0..<1500 { Counter(label: "y", dimensions: [("n", "\(number)")], factory: registry).increment() }
        #expect(text(registry).count { $0.hasPrefix("y{") } == 1000)
    }

    @Test("what is destroyed is not shown any more")
    func destroyed() {
        let registry = MetricRegistry(describing: [])
        let counter = Counter(label: "x", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(text(registry).isEmpty)
    }
}
