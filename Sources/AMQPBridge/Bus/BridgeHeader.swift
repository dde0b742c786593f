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
    /// Set when the sender's own headers had to go so that the reason fits into a frame.
    static let headersDropped = "amqpbridge-headers-dropped"
    /// How many times somebody replayed it from the dead letters.
    static let replays = "amqpbridge-replays"

    /// What a copy must not keep: with the broker's own death history it can vanish when its time in a retry queue is
    /// up (cycle detection), CC/BCC would send it to other queues again, and how often a queue delivered it (RabbitMQ 4
    /// also counts acquisitions) is not true of a copy.
    static func isStripped(_ name: String) -> Bool {
        switch name {
        case "x-death", "CC", "BCC", "x-delivery-count", "x-acquired-count": true
        default: name.hasPrefix("x-first-death-") || name.hasPrefix("x-last-death-")
        }
    }
}
