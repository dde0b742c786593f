import Synchronization

/// What a bus can say about itself at any time: for readiness and for people.
public final class BusState: Sendable {
    private struct Facts {
        var isConsuming = false
        var publisher: AMQPConnection?
        var lastError: AMQPError?
    }

    private let facts = Mutex(Facts())

    init() {}

    /// Empty when the bus can take and send events; otherwise what is missing, in words.
    public var obstacles: [String] {
        let facts = self.facts.withLock { $0 }
        var obstacles: [String] = []
        let cause = facts.lastError.map { ": \($0.message)" } ?? ""
        if !facts.isConsuming { obstacles.append("not consuming\(cause)") }
        if facts.publisher == nil { obstacles.append("not connected for publishing\(cause)") }
        if let reason = facts.publisher?.blockedReason { obstacles.append("the broker is blocked: \(reason)") }
        return obstacles
    }

    func setConsuming(_ isConsuming: Bool) { facts.withLock { $0.isConsuming = isConsuming } }

    var publisher: AMQPConnection? { facts.withLock { $0.publisher } }

    func setPublisher(_ connection: AMQPConnection?) { facts.withLock { $0.publisher = connection } }

    func setError(_ error: AMQPError?) { facts.withLock { $0.lastError = error } }

    var lastError: AMQPError? { facts.withLock { $0.lastError } }
}
