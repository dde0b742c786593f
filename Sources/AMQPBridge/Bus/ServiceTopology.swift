/// What one service needs on the broker: its queue, its retry rungs, its dead letters and its own return path.
///
/// ```
/// <exchange>              topic, shared
/// <service>.rt            direct, the service's own
/// <service>.in            ◄─ <exchange> / every key it listens to    ◄─ <service>.rt / in
/// <service>.retry.<rung>  ◄─ <service>.rt / retry.<rung>             waits its time, then <service>.rt / in
/// <service>.dead          ◄─ <service>.rt / dead
/// ```
/// Nothing returns through the topic exchange, where other services would get it too, nor through the default exchange,
/// which would need the right to write to every queue.
public struct ServiceTopology: Sendable {
    /// How often a message may come back to a quorum queue (`x-delivery-limit`); once more, and it is parked among the
    /// dead letters. That is for what kills the process every time: the retry ladder does not use it up, since every
    /// attempt is a new message.
    public static let deliveryLimit: Int64 = 20

    /// What the names of its queues and its return exchange begin with. One name, one service: who shares it shares the
    /// queue.
    public var service: String { didSet { returnExchange = Self.returnExchange(of: service) } }
    /// The topic exchange that all services share.
    public var exchange: ExchangeName
    /// Keys of the shared exchange, with `*` and `#`. On the broker they are only ever added: one that is left out here
    /// later stays bound until somebody unbinds it.
    public var listensTo: [RoutingKey]
    /// Of all its queues. Default: quorum. A classic queue has no delivery limit, and a crash of the broker can lose
    /// what is on its way to another queue. Queues that stand with the other type end `run()`
    /// with `preconditionFailed`.
    public var queueType: QueueType
    /// Default: ``RetryLadder/standard``. Rungs left out later keep their queues, and what waits there still returns.
    public var ladder: RetryLadder

    /// Declares nothing.
    public init(
        service: String, exchange: ExchangeName, listensTo: [RoutingKey], queueType: QueueType = .quorum,
        ladder: RetryLadder = .standard
    ) {
        self.service = service
        returnExchange = Self.returnExchange(of: service)
        self.exchange = exchange
        self.listensTo = listensTo
        self.queueType = queueType
        self.ladder = ladder
    }

    /// `<service>.rt`: there publish the service itself, its queues that dead-letter, and whoever replays its letters.
    ///
    /// Stored, because every delivery is held against it.
    public private(set) var returnExchange: ExchangeName
    /// `<service>.in`: what the service consumes.
    public var inQueue: QueueName { QueueName("\(service).in") }
    /// `<service>.dead`: what it could not handle; see ``DeadLetters``. Nothing in it expires.
    public var deadQueue: QueueName { QueueName("\(service).dead") }

    private static func returnExchange(of service: String) -> ExchangeName { ExchangeName("\(service).rt") }

    /// The topic exchange. Only `topology apply` declares it; a service just binds to it.
    public var shared: Topology { Topology(exchanges: [Exchange(exchange, .topic)]) }

    /// What carries the service's own name: declared by itself on start and on recovery.
    public var own: Topology {
        var own = Topology(
            exchanges: [Exchange(returnExchange, .direct)],
            queues: [Queue(inQueue, type: queueType, arguments: inArguments)],
            bindings: listensTo.map { Binding(inQueue, to: exchange, key: $0) }
                + [Binding(inQueue, to: returnExchange, key: "in")])
        for rung in ladder.rungs {
            let queue = QueueName("\(service).retry.\(rung.name)")
            own.queues.append(Queue(queue, type: queueType, arguments: retryArguments(rung)))
            own.bindings.append(Binding(queue, to: returnExchange, key: RoutingKey("retry.\(rung.name)")))
        }
        own.queues.append(Queue(deadQueue, type: queueType, arguments: deadArguments))
        own.bindings.append(Binding(deadQueue, to: returnExchange, key: "dead"))
        return own
    }

    private var inArguments: AMQPTable {
        returning(
            as: "dead",
            quorumOnly: [
                "x-dead-letter-strategy": "at-least-once",
                "x-delivery-limit": .int(Self.deliveryLimit),
            ])
    }

    private func retryArguments(_ rung: RetryLadder.Rung) -> AMQPTable {
        returning(as: "in", quorumOnly: ["x-dead-letter-strategy": "at-least-once"])
            .merging(["x-message-ttl": .int(rung.milliseconds)]) { $1 }
    }

    /// Looking at a letter counts as a delivery: without a limit of its own RabbitMQ 4 drops it after 20 looks.
    private var deadArguments: AMQPTable { queueType == .quorum ? ["x-delivery-limit": 2_147_483_647] : [:] }

    /// At-least-once dead-lettering needs `reject-publish`; without it the broker falls back to at-most-once silently.
    private func returning(as key: String, quorumOnly: AMQPTable) -> AMQPTable {
        let both: AMQPTable = [
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": .string(returnExchange.rawValue),
            "x-dead-letter-routing-key": .string(key),
        ]
        return queueType == .quorum ? both.merging(quorumOnly) { $1 } : both
    }
}

/// How long a failed event waits before each new attempt.
public struct RetryLadder: Hashable, Sendable {
    /// One queue of waiting events, by its time: messages leave a queue only at its head, so each time has its own.
    public struct Rung: Hashable, Sendable {
        /// As it stands in the queue's name: `10s`, `5m`, `250ms`.
        public let name: String
        /// The time to live in its queue (`x-message-ttl`); in a ladder read from a text at most a day.
        public let milliseconds: Int64
    }

    /// In the order of the attempts; the same rung may come again.
    public var steps: [Rung]

    /// 1 s, 10 s, 60 s, 60 s: five calls, the last about 131 s after the first.
    public static let standard = RetryLadder(steps: [
        Rung(name: "1s", milliseconds: 1000), Rung(name: "10s", milliseconds: 10_000),
        Rung(name: "60s", milliseconds: 60_000), Rung(name: "60s", milliseconds: 60_000),
    ])

    /// - Parameter steps: empty: what fails transiently becomes a dead letter after the first call.
    public init(steps: [Rung]) { self.steps = steps }

    /// Reads `AMQP_RETRY_LADDER`, for example `1s,10s,60s,60s`; units are ms, s, m and h.
    ///
    /// - Throws: `invalidConfiguration`.
    public init(_ text: String) throws(AMQPError) {
        var steps: [Rung] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(part).trimmingBlanks
            guard let milliseconds = TimeText.milliseconds(name) else {
                throw AMQPError(
                    .invalidConfiguration,
                    "AMQP_RETRY_LADDER: '\(name)' is not a time up to a day; write for example 1s,10s,60s,60s")
            }
            steps.append(Rung(name: name, milliseconds: milliseconds))
        }
        self.init(steps: steps)
    }

    /// Each rung once.
    public var rungs: [Rung] {
        var rungs: [Rung] = []
        for step in steps where !rungs.contains(step) { rungs.append(step) }
        return rungs
    }
}
