import AMQPBridge

/// Why a queue gives a message to its dead-letter exchange, in RabbitMQ's words.
enum DeathReason: String {
    case rejected, expired, maxlen
    case deliveryLimit = "delivery_limit"
}

// What RabbitMQ 3.10 writes into a dead letter (rabbit_dead_letter.erl), and how it finds that one goes in circles.
extension InMemoryMessage {
    /// The message as it goes to the dead-letter exchange.
    ///
    /// - Parameter seconds: the time of death since 1970.
    func deadLetter(
        _ reason: DeathReason, from queue: QueueName, to exchange: ExchangeName, key: RoutingKey?, at seconds: UInt64
    ) -> InMemoryMessage {
        var letter = self
        letter.recordDeath(reason, queue, seconds)
        letter.properties.expiration = nil
        letter.exchange = exchange
        letter.deliveryCount = 0
        letter.expiresAt = nil
        if let key {
            letter.routingKey = key
            letter.properties.headers["CC"] = nil
        }
        return letter
    }

    /// One entry a queue and reason, with a count; the latest comes first.
    private mutating func recordDeath(_ reason: DeathReason, _ queue: QueueName, _ seconds: UInt64) {
        var entry: AMQPTable = [
            "count": 1, "reason": .string(reason.rawValue), "queue": .string(queue.rawValue),
            "time": .timestamp(seconds), "exchange": .string(exchange.rawValue),
            "routing-keys": .array(routes.map { .string($0.rawValue) }),
        ]
        entry["original-expiration"] = properties.expiration.map { .string($0) }
        var earlier: [AMQPTable] = []
        switch properties.headers["x-death"] {
        case .array(let values)?: earlier = Self.tables(values)
        case nil:
            properties.headers["x-first-death-reason"] = entry["reason"]
            properties.headers["x-first-death-queue"] = entry["queue"]
            properties.headers["x-first-death-exchange"] = entry["exchange"]
        default: break
        }
        // RabbitMQ 3.10 turns the list round whenever it groups more than one.
        earlier.reverse()
        let isSame: (AMQPTable) -> Bool = { $0["queue"] == entry["queue"] && $0["reason"] == entry["reason"] }
        if var same = earlier.first(where: isSame) {
            same["count"] = .int((same["count"]?.int ?? 0) + 1)
            entry = same
        }
        properties.headers["x-death"] = .array(([entry] + earlier.filter { !isSame($0) }).map { .table($0) })
    }

    private static func tables(_ values: [AMQPValue]) -> [AMQPTable] {
        values.compactMap { if case .table(let table) = $0 { table } else { nil } }
    }

    /// True when the message has died in that queue before and nobody has rejected it since: RabbitMQ would move it for
    /// ever, and drops it instead. What a client rejected is never held to go in circles.
    func isInCircles(through queue: QueueName, reason: DeathReason) -> Bool {
        guard reason != .rejected, case .array(let values) = properties.headers["x-death"] else { return false }
        let deaths = Self.tables(values)
        guard let last = deaths.firstIndex(where: { $0["queue"]?.string == queue.rawValue }) else { return false }
        return deaths[...last].allSatisfy { $0["reason"]?.string != DeathReason.rejected.rawValue }
    }
}
