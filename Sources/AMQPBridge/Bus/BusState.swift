import Synchronization

/// What a bus can say about itself at any time: for readiness and for people.
public final class BusState: Sendable {
    private struct Facts {
        var consumer: DeliveryConsumer?
        var isPaused = false
        var publisher: (any BrokerConnection)?
        /// On connections that are gone.
        var blockedTime = Duration.zero
        var errors: [String: AMQPError] = [:]
        var outage: String?
    }

    private let facts = Mutex(Facts())

    init() {}

    /// Empty when the bus can take and send events; otherwise what is missing, in words.
    public var obstacles: [String] {
        let facts = self.facts.withLock { $0 }
        var obstacles: [String] = []
        func cause(_ name: String) -> String { facts.errors[name].map { ": \($0.message)" } ?? "" }
        if facts.isPaused {
            obstacles.append("paused")
        } else if facts.consumer == nil {
            obstacles.append("not consuming\(cause(ConnectionName.consume))")
        }
        if facts.publisher == nil { obstacles.append("not connected for publishing\(cause(ConnectionName.publish))") }
        if let reason = facts.publisher?.blockedReason { obstacles.append("the broker is blocked: \(reason)") }
        if let outage = facts.outage {
            obstacles.append("nothing can be handled, one event is tried at a time: \(outage)")
        }
        return obstacles
    }

    /// The broker's words while it takes no messages because of an alarm (`connection.blocked`), else nil.
    ///
    /// RabbitMQ tells only connections that publish: a bus that has nothing to send does not learn of an alarm.
    public var blockedReason: String? { facts.withLock { $0.publisher?.blockedReason } }

    /// Why nothing can be handled at the moment, in the handlers' words: the breaker is open. Else nil.
    public var outage: String? { facts.withLock { $0.outage } }

    /// Deliveries in hand and not settled, whether a handler has begun with them or not; at most the prefetch.
    public var inFlight: Int { facts.withLock { $0.consumer }?.inHand ?? 0 }

    /// How long the broker has held publishing back by alarms, since the bus began.
    public var blockedTime: Duration {
        let facts = self.facts.withLock { $0 }
        return facts.blockedTime + (facts.publisher?.blockedTime ?? .zero)
    }

    func setConsumer(_ consumer: DeliveryConsumer?) { facts.withLock { $0.consumer = consumer } }

    func setPaused(_ isPaused: Bool) { facts.withLock { $0.isPaused = isPaused } }

    func setOutage(_ reason: String?) { facts.withLock { $0.outage = reason } }

    var publisher: (any BrokerConnection)? { facts.withLock { $0.publisher } }

    func setPublisher(_ connection: (any BrokerConnection)?) {
        facts.withLock { facts in
            facts.blockedTime += facts.publisher?.blockedTime ?? .zero
            facts.publisher = connection
        }
    }

    func setError(_ error: AMQPError?, of name: String) { facts.withLock { $0.errors[name] = error } }

    func error(of name: String) -> AMQPError? { facts.withLock { $0.errors[name] } }
}

/// What a bus calls its two connections.
enum ConnectionName {
    static let publish = "publish"
    static let consume = "consume"
}
