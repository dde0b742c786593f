/// A metric's name, as Prometheus wants it (its "Metric and label naming": base units, `_total` for what only grows), and
/// a sentence about it for backends that show one.
public struct MetricName: Hashable, Sendable {
    /// As the backend is given it: swift-metrics' label.
    public let label: String
    /// Without a full stop.
    public let help: String

    /// - Parameter label: letters, digits and underscores.
    public init(_ label: String, _ help: String) {
        self.label = label
        self.help = help
    }
}

extension MetricName {
    package static let published = MetricName("amqpbridge_published_total", "Messages handed to the broker")
    package static let confirmed = MetricName("amqpbridge_confirmed_total", "Publishings the broker has on the disk")
    package static let returned = MetricName("amqpbridge_returned_total", "Publishings that no queue was bound for")
    package static let nacked = MetricName("amqpbridge_nacked_total", "Publishings the broker refused")
    package static let unknown = MetricName(
        "amqpbridge_unknown_total", "Publishings of which nobody can say whether the broker has them")
    package static let delivered = MetricName("amqpbridge_delivered_total", "Deliveries taken in")
    package static let redelivered = MetricName(
        "amqpbridge_redelivered_total", "Deliveries that the broker may have delivered before")
    package static let acked = MetricName(
        "amqpbridge_acked_total", "Deliveries that were acked, copies on the way back included")
    package static let retried = MetricName(
        "amqpbridge_retried_total", "Failed deliveries sent to a rung of the retry ladder")
    package static let dead = MetricName(
        "amqpbridge_dead_total", "Deliveries that became dead letters, by the kind of reason")
    package static let handlerTime = MetricName(
        "amqpbridge_handler_duration_seconds", "How long a handler took for one event, failed calls included")
    package static let connections = MetricName("amqpbridge_connections_total", "Connections made, the first included")
    package static let inFlight = MetricName("amqpbridge_in_flight", "Deliveries in hand and not settled")
    package static let blocked = MetricName(
        "amqpbridge_blocked_seconds_total", "How long the broker has held publishing back by an alarm")

    /// All that a bus counts by itself or tells when asked (``BusState/inFlight``, ``BusState/blockedTime``).
    public static let ofBuses = [
        published, confirmed, returned, nacked, unknown, delivered, redelivered, acked, retried, dead, handlerTime,
        connections, inFlight, blocked,
    ]
}
