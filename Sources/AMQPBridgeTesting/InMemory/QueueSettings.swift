import AMQPBridge

/// What a queue's arguments say, checked as RabbitMQ 3.10 checks them.
struct QueueSettings: Equatable {
    enum Overflow: String {
        case dropHead = "drop-head"
        case rejectPublish = "reject-publish"
        case rejectPublishToDeadLetters = "reject-publish-dlx"
    }

    var timeToLive: Duration?
    var deadLetterExchange: ExchangeName?
    var deadLetterKey: RoutingKey?
    var maxLength: Int?
    var overflow = Overflow.dropHead
    var deliveryLimit: Int?
    /// Dead letters stay with the queue until their target has taken them.
    var isDeadLetteringAtLeastOnce = false

    /// All that are compared when a queue is declared again, in the order in which RabbitMQ looks at them.
    static let compared = [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-dead-letter-strategy",
        "x-max-length", "x-max-length-bytes", "x-max-in-memory-length", "x-max-in-memory-bytes", "x-max-priority",
        "x-overflow", "x-queue-mode", "x-queue-version", "x-single-active-consumer", "x-queue-type",
        "x-quorum-initial-group-size", "x-max-age", "x-stream-max-segment-size-bytes", "x-initial-cluster-size",
        "x-queue-leader-locator",
    ]

    private static let quorumOnly: Set<String> = [
        "x-delivery-limit", "x-dead-letter-strategy", "x-quorum-initial-group-size", "x-max-in-memory-length",
        "x-max-in-memory-bytes",
    ]

    private static let notForQuorum: Set<String> = [
        "x-max-priority", "x-queue-mode", "x-queue-version", "x-max-age", "x-stream-max-segment-size-bytes",
        "x-initial-cluster-size",
    ]

    /// - Throws: 406 for a value that makes no sense, or an argument that this type of queue does not have.
    init(_ queue: Queue, type: QueueType) throws(AMQPError) {
        let arguments = Arguments(queue: queue)
        timeToLive = try arguments.number("x-message-ttl").map { .milliseconds($0) }
        deadLetterExchange = arguments.text("x-dead-letter-exchange").map { ExchangeName($0) }
        deadLetterKey = arguments.text("x-dead-letter-routing-key").map { RoutingKey($0) }
        if deadLetterKey != nil, deadLetterExchange == nil {
            throw arguments.refusal("x-dead-letter-routing-key", ": routing_key_but_no_dlx_defined")
        }
        let strategy = arguments.text("x-dead-letter-strategy")
        if let strategy, !["at-most-once", "at-least-once"].contains(strategy) {
            throw arguments.refusal("x-dead-letter-strategy", ": invalid_dlx_strategy")
        }
        maxLength = try arguments.number("x-max-length")
        if let text = arguments.text("x-overflow") {
            guard let overflow = Overflow(rawValue: text) else {
                throw arguments.refusal("x-overflow", ": invalid_overflow")
            }
            self.overflow = overflow
        }
        let foreign = type == .quorum ? Self.notForQuorum : Self.quorumOnly
        if let name = queue.arguments.keys.sorted().first(where: foreign.contains) {
            throw arguments.refusal(name, " of queue type rabbit_\(type.rawValue)_queue")
        }
        deliveryLimit = queue.arguments["x-delivery-limit"]?.int.map { Int($0) }
        // Without it RabbitMQ falls back to at-most-once, silently.
        isDeadLetteringAtLeastOnce = strategy == "at-least-once" && overflow == .rejectPublish
    }

    private struct Arguments {
        var queue: Queue

        func text(_ name: String) -> String? { queue.arguments[name]?.string }

        func number(_ name: String) throws(AMQPError) -> Int? {
            guard let value = queue.arguments[name] else { return nil }
            guard let number = value.int else { throw refusal(name, ": \"expected integer, got \(value.typeName)\"") }
            guard number >= 0 else { throw refusal(name, ": {value_negative,\(number)}") }
            return Int(number)
        }

        func refusal(_ name: String, _ words: String) -> AMQPError {
            BrokerReply
                .preconditionFailed("invalid arg '\(name)' for queue '\(queue.name)' in vhost '/'\(words)")
                .error(doing: "declaring queue '\(queue.name)'")
        }
    }
}
