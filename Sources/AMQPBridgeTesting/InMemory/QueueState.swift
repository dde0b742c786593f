import AMQPBridge

/// One consumer at a queue; a connection that pauses and resumes is a new one.
struct QueueConsumer {
    var id: UInt64
    var connection: UInt64
    var prefetch: Int
    var inHand = 0
    var isExclusive: Bool
}

/// A dead letter that its queue keeps until somebody takes it.
struct HeldLetter {
    var message: InMemoryMessage
    var reason: DeathReason
    /// Those that refused it; nil: all that it is routed to.
    var targets: Set<QueueName>?
    var retryAt: Duration
}

/// A queue: who waits for what. Pure.
struct QueueState {
    let declaration: Queue
    let type: QueueType
    let settings: QueueSettings
    /// The connection it belongs to and ends with.
    let owner: UInt64?
    /// Tells it from a deleted one of the same name.
    let id: UInt64
    private(set) var ready: ReadyMessages
    /// Whose turn it is next comes first.
    private(set) var consumers: [QueueConsumer] = []
    private(set) var inHand = 0
    var held: [HeldLetter] = []
    /// A quorum queue notices that it is full only behind the message that was too much, and then takes nothing more
    /// until a fifth of it is free.
    private var isRefusing = false

    init(_ declaration: Queue, owner: UInt64?, id: UInt64) throws(AMQPError) {
        self.declaration = declaration
        type = declaration.arguments["x-queue-type"]?.string == QueueType.quorum.rawValue ? .quorum : .classic
        settings = try QueueSettings(declaration, type: type)
        self.owner = owner
        self.id = id
        ready = ReadyMessages(returnsFirst: type == .quorum)
    }

    var name: QueueName { declaration.name }

    /// Whether a publishing would be nacked.
    var isFull: Bool {
        guard let limit = settings.maxLength, settings.overflow != .dropHead else { return false }
        return type == .quorum ? isRefusing : ready.count >= limit
    }

    mutating func enqueue(_ message: InMemoryMessage, at now: Duration) {
        var message = message
        message.expiresAt = settings.timeToLive.map { now + $0 }
        ready.append(message)
    }

    /// Messages leave by their time at the head only, one after the other.
    mutating func popExpired(at now: Duration) -> InMemoryMessage? {
        guard let deadline = ready.first?.expiresAt, deadline <= now else { return nil }
        return ready.popFirst()
    }

    /// What is too much for a queue that drops its oldest.
    mutating func popSurplus() -> InMemoryMessage? {
        guard let limit = settings.maxLength, settings.overflow == .dropHead, ready.count > limit else { return nil }
        return ready.popFirst()
    }

    mutating func noticeLength() {
        guard type == .quorum, let limit = settings.maxLength else { return }
        let count = ready.count + held.count
        if count > limit { isRefusing = true } else if count <= limit * 8 / 10 { isRefusing = false }
    }

    /// The next message and who gets it, in turn.
    mutating func nextDelivery() -> (message: InMemoryMessage, to: QueueConsumer)? {
        guard let index = consumers.firstIndex(where: { $0.inHand < $0.prefetch }), let message = ready.popFirst()
        else { return nil }
        var consumer = consumers.remove(at: index)
        consumer.inHand += 1
        inHand += 1
        consumers.append(consumer)
        return (message, consumer)
    }

    /// A delivery was settled; its consumer may be gone.
    mutating func settled(by consumer: UInt64) {
        inHand -= 1
        if let index = consumers.firstIndex(where: { $0.id == consumer }) { consumers[index].inHand -= 1 }
    }

    /// Whether it may be delivered once more.
    func allows(_ message: InMemoryMessage) -> Bool {
        guard type == .quorum, let limit = settings.deliveryLimit else { return true }
        return message.deliveryCount <= limit
    }

    /// RabbitMQ 3.10 gives back the room of a message that reached the delivery limit two times (rabbit_fifo.erl, complete
    /// and return): its consumer may have one more in hand from then on.
    mutating func countTwice(_ consumer: UInt64) {
        if let index = consumers.firstIndex(where: { $0.id == consumer }) { consumers[index].prefetch += 1 }
    }

    /// A quorum queue without a delivery limit puts what a consumer gives back behind all others (rabbit_fifo.erl,
    /// requeue), so that its log can be cut.
    mutating func putBack(_ message: InMemoryMessage, isRequest: Bool) {
        if type == .quorum, settings.deliveryLimit == nil, isRequest {
            ready.append(message)
        } else {
            ready.putBack(message)
        }
    }

    /// False when the queue is, or would have to be, somebody's alone. RabbitMQ 3.10 knows that on classic queues only.
    func admits(isExclusive: Bool) -> Bool {
        type == .quorum || consumers.isEmpty || !(isExclusive || consumers.contains { $0.isExclusive })
    }

    mutating func add(_ consumer: QueueConsumer) { consumers.append(consumer) }

    mutating func removeConsumers(where isGone: (QueueConsumer) -> Bool) { consumers.removeAll(where: isGone) }

    /// What a restart of the broker leaves.
    mutating func dropTransient() {
        guard type == .classic else { return }
        ready.removeAll { !$0.properties.isPersistent }
    }

    /// When something will happen here by itself.
    var nextDeadline: Duration? {
        ([ready.first?.expiresAt] + held.map(\.retryAt)).compactMap { $0 }.min()
    }
}
