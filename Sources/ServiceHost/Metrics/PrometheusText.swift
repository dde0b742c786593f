/// Writes metrics in Prometheus' text format, version 0.0.4 ("Exposition formats"). Pure.
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func write(_ families: [(name: String, help: String?, family: MetricRegistry.Family)]) -> String {
        var text = ""
        for (name, help, family) in families {
            let name = self.name(name)
            // A text is expected, and libraries' own metrics have none here.
            text += "# HELP \(name) \(escaped(help ?? "Reported by a library", quote: false))\n"
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            let series = family.series.sorted { left, right in
                left.key.labels.lexicographicallyPrecedes(right.key.labels) {
                    ($0.name, $0.value) < ($1.name, $1.value)
                }
            }
            for (labels, series) in series { write(name, labels.labels, series, to: &text) }
        }
        return text
    }

    private static func write(
        _ name: String, _ labels: [MetricLabels.Label], _ series: any MetricSeries, to text: inout String
    ) {
        switch series {
        case let series as ValueSeries: text += "\(name)\(braces(labels)) \(number(series.value))\n"
        case let series as HistogramSeries:
            let values = series.values
            var count = 0
            for (index, own) in values.counts.enumerated() {
                count += own
                let bound = index < series.bounds.count ? number(series.bounds[index]) : "+Inf"
                let bounded = labels + [MetricLabels.Label(name: "le", value: bound)]
                text += "\(name)_bucket\(braces(bounded)) \(count)\n"
            }
            text += "\(name)_sum\(braces(labels)) \(number(values.sum))\n"
            text += "\(name)_count\(braces(labels)) \(count)\n"
        default: break
        }
    }

    private static func braces(_ labels: [MetricLabels.Label]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\(name($0.name))=\"\(escaped($0.value, quote: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\"" where quote: result += #"\""#
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// Letters, digits, underscores and, in a metric's name, colons; not a digit first.
    private static func name(_ text: String) -> String {
        let allowed = text.unicodeScalars.map { scalar -> Character in
            let isAllowed = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isAllowed || scalar == "_" || scalar == ":" ? Character(scalar) : "_"
        }
        return (allowed.first?.isNumber ?? true ? "_" : "") + String(allowed)
    }

    private static func number(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: number).map(String.init) ?? number.description
    }
}
