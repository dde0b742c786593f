package import CoreMetrics

/// What a bus counts, told to whatever backend the process has chosen through swift-metrics.
///
/// Counted by the batch where there is one: a counter costs nothing beside a publishing only as long as it is not touched
/// for each.
package final class BusMetrics: Sendable {
    /// Why something became a dead letter; the error's own words stand in the letter.
    enum DeadReason: String, CaseIterable {
        /// Its body could not be read.
        case undecodable
        /// Nobody here handles its type.
        case unknownType = "unknown_type"
        /// It came from somebody who may not send it, or with copies to other keys.
        case sender
        /// Its handler said that no repetition helps.
        case permanent
        /// The ladder has no more rungs.
        case exhausted
        /// Larger than what is taken in.
        case oversized
    }

    private let published: Counter
    private let confirmed: Counter
    private let returned: Counter
    private let nacked: Counter
    private let unknown: Counter
    private let delivered: Counter
    private let redelivered: Counter
    private let acked: Counter
    private let retried: [String: Counter]
    private let dead: [DeadReason: Counter]
    private let connections: [String: Counter]

    /// - Parameter factory: the backend.
    package init(ladder: RetryLadder, factory: any MetricsFactory) {
        func counter(_ name: MetricName, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: name.label, dimensions: dimensions, factory: factory)
        }
        published = counter(.published)
        confirmed = counter(.confirmed)
        returned = counter(.returned)
        nacked = counter(.nacked)
        unknown = counter(.unknown)
        delivered = counter(.delivered)
        redelivered = counter(.redelivered)
        acked = counter(.acked)
        // Two rungs of a ladder may be the same queue.
        retried = Dictionary(
            ladder.steps.map { ($0.name, counter(.retried, [("rung", $0.name)])) },
            uniquingKeysWith: { first, _ in first })
        dead = Dictionary(
            uniqueKeysWithValues: DeadReason.allCases.map { ($0, counter(.dead, [("reason", $0.rawValue)])) })
        connections = Dictionary(
            uniqueKeysWithValues: [ConnectionName.publish, ConnectionName.consume].map {
                ($0, counter(.connections, [("connection", $0)]))
            })
    }

    func sent(_ outcomes: [PublishOutcome]) {
        var (confirmed, nacked, returned, unknown) = (0, 0, 0, 0)
        for outcome in outcomes {
            switch outcome {
            case .confirmed: confirmed += 1
            case .nacked: nacked += 1
            case .unroutable: returned += 1
            case .unknown: unknown += 1
            }
        }
        published.increment(by: outcomes.count)
        if confirmed > 0 { self.confirmed.increment(by: confirmed) }
        if nacked > 0 { self.nacked.increment(by: nacked) }
        if returned > 0 { self.returned.increment(by: returned) }
        if unknown > 0 { self.unknown.increment(by: unknown) }
    }

    func delivered(_ deliveries: [Delivery]) {
        delivered.increment(by: deliveries.count)
        let again = deliveries.count(where: \.isRedelivered)
        if again > 0 { redelivered.increment(by: again) }
    }

    func acked(_ count: Int) { acked.increment(by: count) }

    func retried(on rung: RetryLadder.Rung) { retried[rung.name]?.increment() }

    func dead(_ reason: DeadReason) { dead[reason]?.increment() }

    func connected(_ name: String) { connections[name]?.increment() }
}
