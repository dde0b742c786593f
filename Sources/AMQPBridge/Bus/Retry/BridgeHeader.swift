/// The bridge's own message headers. None begins with `x-`, which brokers keep for themselves and RabbitMQ 4 ignores
/// when clients send it.
enum BridgeHeader {
    /// What all of them begin with.
    static let prefix = "amqpbridge-"
    /// How many times the handler was called so far.
    static let attempt = "amqpbridge-attempt"
    static let service = "amqpbridge-service"
    /// Where the event was published first.
    static let exchange = "amqpbridge-exchange"
    static let routingKey = "amqpbridge-routing-key"
    static let errorType = "amqpbridge-error-type"
    static let error = "amqpbridge-error"
    static let firstFailed = "amqpbridge-first-failed"
    static let lastFailed = "amqpbridge-last-failed"
    /// The first sender's `user_id`; a copy carries the republisher's, as the broker demands.
    static let userID = "amqpbridge-user-id"
    /// How often somebody has replayed it from the dead letters.
    static let replays = "amqpbridge-replays"
    /// Set when the sender's own headers had to go so that the reason fits into a frame.
    static let headersDropped = "amqpbridge-headers-dropped"

    /// What a copy must not keep: with the broker's own death history it can vanish when its time in a retry queue is
    /// up (cycle detection), CC/BCC would send it to other queues again, and the counts of a quorum queue are about the
    /// message that it was, not about its copy.
    static func isStripped(_ name: String) -> Bool {
        stripped.contains(name) || name.hasPrefix("x-first-death-") || name.hasPrefix("x-last-death-")
    }

    private static let stripped: Set<String> = ["x-death", "CC", "BCC", deliveryCount, "x-acquired-count"]

    /// Written by quorum queues: how often the message was given to a consumer and came back. Absent the first time.
    static let deliveryCount = "x-delivery-count"
}
