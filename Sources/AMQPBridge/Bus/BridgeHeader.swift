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

    /// What a copy must not keep: with the broker's own death history it can vanish when its time in a retry queue is
    /// up (cycle detection), and CC/BCC would send it to other queues again.
    static func isStripped(_ name: String) -> Bool {
        name == "x-death" || name == "CC" || name == "BCC" || name.hasPrefix("x-first-death-")
            || name.hasPrefix("x-last-death-")
    }
}
