import AMQPBridge

/// What happens outside of the broker because of a change inside.
enum BrokerAction {
    case deliver([Delivery], to: UInt64)
    case resolve(PublishTicket, PublishOutcome)
    case end(UInt64, AMQPError)
}

/// A RabbitMQ 3.10 as far as the bridge uses it: exchanges, queues, connections. Pure: what its clients are to be told
/// gathers in `actions`, in order, and the shell around it tells them.
///
/// Connections are named by their epochs. Rules that cannot be found in AMQP 0-9-1 are RabbitMQ's own source.
struct BrokerState {
    var now = Duration.zero
    var exchanges: [ExchangeName: Exchange.Kind] = [:]
    var bindings: [ExchangeName: [(binding: Binding, pattern: TopicPattern)]] = [:]
    var queues: [QueueName: QueueState] = [:]
    var connections: [UInt64: ConnectionState] = [:]
    /// Queues in which something may have to move.
    var touched: [QueueName] = []
    var blockedReason: String?
    static let connectionEnded = AMQPError(.connectionLost, "the connection has ended")
    private(set) var actions: [BrokerAction] = []
    private var lastID: UInt64 = 0
    /// What the broker's clock shows when ours shows zero, in seconds since 1970: 2026-01-01.
    /// What a frame takes, in bytes; the size that the bridge proposes and RabbitMQ agrees to.
    static let frameMax = 131_072
    private static let epoch: UInt64 = 1_767_225_600

    var secondsSince1970: UInt64 { Self.epoch + UInt64(max(0, now.components.seconds)) }

    mutating func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func connect(_ connection: UInt64) { connections[connection] = ConnectionState() }

    // MARK: Telling

    mutating func takeActions() -> [BrokerAction] {
        defer { actions = [] }
        return actions
    }

    mutating func act(_ action: BrokerAction) {
        // What goes to one consumer goes in one batch.
        if case .deliver(let more, let connection) = action, case .deliver(let before, connection)? = actions.last {
            actions[actions.count - 1] = .deliver(before + more, to: connection)
        } else {
            actions.append(action)
        }
    }

    // MARK: Routing

    /// The queues a message goes to, each once.
    func route(_ message: InMemoryMessage) -> [QueueName] {
        var targets: [QueueName] = []
        for key in message.routes {
            for queue in route(message.exchange, key) where !targets.contains(queue) { targets.append(queue) }
        }
        return targets
    }

    private func route(_ exchange: ExchangeName, _ key: RoutingKey) -> [QueueName] {
        if exchange.isDefault {
            let queue = QueueName(key.rawValue)
            return queues[queue] == nil ? [] : [queue]
        }
        let isDirect = exchanges[exchange] == .direct
        return (bindings[exchange] ?? [])
            .filter { isDirect ? $0.binding.routingKey == key : $0.pattern.matches(key) }
            .map(\.binding.queue)
    }

    func exists(_ exchange: ExchangeName) -> Bool { exchange.isDefault || exchanges[exchange] != nil }

    // MARK: Moving

    /// Lets everything move that can: expired messages out, ready ones to consumers.
    mutating func settleDown() {
        while let name = touched.popLast() {
            while let message = queues[name]?.popExpired(at: now) { bury(message, .expired, from: name) }
            deliver(from: name)
            dropSurplus(of: name)
            queues[name]?.noticeLength()
        }
    }

    private mutating func dropSurplus(of name: QueueName) {
        var surplus: [InMemoryMessage] = []
        while let message = queues[name]?.popSurplus() { surplus.append(message) }
        // A quorum queue buries what it drops at one stroke beginning with the last.
        if queues[name]?.type == .quorum { surplus.reverse() }
        for message in surplus { bury(message, .maxlen, from: name) }
    }

    private mutating func deliver(from name: QueueName) {
        guard let queue = queues[name] else { return }
        let (id, type) = (queue.id, queue.type)
        while let (message, consumer) = queues[name]?.nextDelivery() {
            let unsettled = UnsettledDelivery(message: message, queue: name, queueID: id, consumer: consumer.id)
            guard let tag = connections[consumer.connection]?.deliver(unsettled) else { continue }
            let delivery = message.delivery(DeliveryTag(epoch: consumer.connection, value: tag), from: type)
            act(.deliver([delivery], to: consumer.connection))
        }
    }

    // MARK: Time

    /// When something happens next by itself.
    var nextDeadline: Duration? {
        let waiting = connections.values.flatMap { $0.waiting.filter { !$0.isGivenUp }.map(\.deadline) }
        return (queues.values.compactMap(\.nextDeadline) + waiting).min()
    }

    /// Does all that is due.
    mutating func passTime() {
        touched += queues.keys.sorted { $0.rawValue < $1.rawValue }
        retryHeldLetters()
        settleDown()
        expirePublishings()
    }
}

extension ExchangeName {
    /// The exchange without a name, which routes to the queue that the key names.
    var isDefault: Bool { rawValue.isEmpty }
}
