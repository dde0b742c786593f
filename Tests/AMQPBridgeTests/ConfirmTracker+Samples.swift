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

extension MonotonicInstant {
    static let zero = distantPast

    /// After `zero`.
    static func seconds(_ number: Int) -> MonotonicInstant { zero + .seconds(number) }
}

extension ReturnKey {
    /// A key that differs from others by its id alone.
    init(_ messageID: String) { self.init(messageID: messageID, exchange: "x", routingKey: "k") }
}

extension ConfirmTracker where Waiter == Int {
    /// One publishing with a waiter of its own.
    mutating func register(_ waiter: Int, returnKey: ReturnKey, deadline: MonotonicInstant) {
        register(waiter, returnKeys: [returnKey], deadline: deadline)
    }

    mutating func resolve(_ tag: UInt64, multiple: Bool = false, isAck: Bool = true) -> [Int: PlainOutcome] {
        var resolved: [Resolved] = []
        resolve(upTo: tag, multiple: multiple, isAck: isAck, into: &resolved)
        return resolved.outcomes
    }
}

extension [ConfirmTracker<Int>.Resolved] {
    /// By waiter, a run's members counted on from it. One told twice would crash the process; here it ends up as a wrong
    /// count.
    var outcomes: [Int: PlainOutcome] {
        let each = flatMap { resolved in
            resolved.indices.map { (resolved.waiter + $0, PlainOutcome(resolved.outcome)) }
        }
        return Dictionary(each) { _, _ in .unknown }
    }
}
