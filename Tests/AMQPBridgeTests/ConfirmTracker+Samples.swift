@testable import AMQPBridge

/// A `PublishOutcome` that can be compared; why something is unknown is left out.
enum PlainOutcome: Equatable {
    case confirmed, nacked, unroutable, unknown

    init(_ outcome: PublishOutcome) {
        self =
            switch outcome {
            case .confirmed: .confirmed
            case .nacked: .nacked
            case .unroutable: .unroutable
            case .unknown: .unknown
            }
    }
}

extension ReturnKey {
    /// A key that differs from others by its id alone.
    init(_ messageID: String) { self.init(messageID: messageID, exchange: "x", routingKey: "k") }
}

extension ConfirmTracker where Waiter == Int {
    mutating func resolve(_ tag: UInt64, multiple: Bool = false, isAck: Bool = true) -> [Int: PlainOutcome] {
        var resolved: [Resolved] = []
        resolve(upTo: tag, multiple: multiple, isAck: isAck, into: &resolved)
        return resolved.outcomes
    }
}

extension [ConfirmTracker<Int>.Resolved] {
    /// By waiter. A waiter told twice would crash the process; here it ends up as a wrong count.
    var outcomes: [Int: PlainOutcome] {
        Dictionary(map { ($0.waiter, PlainOutcome($0.outcome)) }) { _, _ in .unknown }
    }
}
