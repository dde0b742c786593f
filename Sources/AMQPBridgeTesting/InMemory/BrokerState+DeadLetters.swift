import AMQPBridge

extension BrokerState {
    /// How long RabbitMQ waits before it tries a dead letter again that nobody took.
    private static let retryInterval = Duration.seconds(180)

    /// The message has died in that queue: to the dead-letter exchange with it, if there is one.
    mutating func bury(_ message: InMemoryMessage, _ reason: DeathReason, from name: QueueName) {
        guard let queue = queues[name], let exchange = queue.settings.deadLetterExchange else { return }
        let letter = message.deadLetter(
            reason, from: name, to: exchange, key: queue.settings.deadLetterKey, at: secondsSince1970)
        let refused = store(letter, reason, in: nil)
        guard queue.settings.isDeadLetteringAtLeastOnce, refused != [] else { return }
        hold(HeldLetter(message: letter, reason: reason, targets: refused, retryAt: now + Self.retryInterval), in: name)
    }

    private mutating func hold(_ letter: HeldLetter, in name: QueueName) {
        queues[name]?.held.append(letter)
        queues[name]?.noticeLength()
    }

    /// Returns the queues that were full; nil when there was nowhere to go.
    private mutating func store(
        _ letter: InMemoryMessage, _ reason: DeathReason, in wanted: Set<QueueName>?
    ) -> Set<QueueName>? {
        guard exists(letter.exchange) else { return nil }
        let targets = route(letter).filter {
            !letter.isInCircles(through: $0, reason: reason) && wanted?.contains($0) != false
        }
        guard !targets.isEmpty else { return nil }
        var refused: Set<QueueName> = []
        for target in targets where !enqueue(letter, in: target) { refused.insert(target) }
        return refused
    }

    mutating func retryHeldLetters() {
        for name in queues.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            let due = queues[name]?.held.filter { $0.retryAt <= now } ?? []
            guard !due.isEmpty else { continue }
            queues[name]?.held.removeAll { $0.retryAt <= now }
            for var letter in due {
                let refused = store(letter.message, letter.reason, in: letter.targets)
                guard refused != [] else { continue }
                letter.targets = refused
                letter.retryAt = now + Self.retryInterval
                hold(letter, in: name)
            }
            touched.append(name)
        }
    }
}
