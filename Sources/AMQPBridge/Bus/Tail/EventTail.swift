/// Watches what passes through a topic exchange, for as long as it runs, and leaves nothing behind: a subscription without
/// a name, for people and pages that look on. A service that must not miss anything is ``RabbitMQEventBus``'s business.
///
/// It has a queue of its own, which is exclusive to its connection and goes with it. What is published while nobody is
/// connected is not seen; nor is what comes so fast that more than `maxWaiting` events wait, the oldest of which the
/// broker then drops: an onlooker must never fill the broker.
///
/// ```swift
/// try await EventTail(configuration, exchange: "shop.events", keys: ["order.#"]).run { update in
///     if case .events(let events) = update { for event in events { print(event.routingKey) } }
/// }
/// ```
public struct EventTail: Sendable {
    /// Waiting at the broker at most. Beyond that the oldest are dropped, unseen.
    public static let maxWaiting = 10_000
    /// In hand at most, in events.
    private static let prefetch: UInt16 = 500

    /// What happens while a tail runs, in the order in which it happens.
    public enum Update: Sendable {
        /// The queue stands: from here on events are seen. The first update, and again after each `interrupted`.
        case attached
        /// What arrived together, in the order of its arrival; never empty.
        case events([TailedEvent])
        /// The connection is gone and the next is being made: what is published until `attached` is not seen. Comes
        /// again after each attempt that fails.
        case interrupted(AMQPError)
    }

    private let exchange: ExchangeName
    private let keys: [RoutingKey]
    private let clock: BusClock
    private let connect: @Sendable () async throws(AMQPError) -> any BrokerConnection

    /// - Parameters:
    ///   - keys: what to see; `*` stands for one word and `#` for any number of them. Default: everything.
    public init(_ configuration: AMQPConfiguration, exchange: ExchangeName, keys: [RoutingKey] = ["#"]) {
        var configuration = configuration
        configuration.options.name += " tail"
        let settled = configuration
        self.init(exchange: exchange, keys: keys) { () async throws(AMQPError) -> any BrokerConnection in
            try await AMQPConnection.connect(settled)
        }
    }

    package init(
        exchange: ExchangeName, keys: [RoutingKey], clock: BusClock = .continuous,
        connect: @escaping @Sendable () async throws(AMQPError) -> any BrokerConnection
    ) {
        self.exchange = exchange
        self.keys = keys
        self.clock = clock
        self.connect = connect
    }

    /// Hands every update to `body` until the task is cancelled, which is how it ends in order, or `body` throws.
    ///
    /// `body` is never called twice at a time; events are acked when it returns, and while it takes its time the broker
    /// keeps them. A lost connection is made again, with growing waits of up to 2 s.
    ///
    /// - Throws: what `body` throws. What keeps it from attaching at the first time: `unreachable`, `notFound` when there
    ///   is no such exchange, and the like; later only what no waiting mends, such as refused credentials.
    public func run(
        isolation: isolated (any Actor)? = #isolation, _ body: (Update) async throws -> Void
    ) async throws {
        var backoff = Backoff()
        var wasAttached = false
        while !Task.isCancelled {
            let end = await watch(body) {
                wasAttached = true
                backoff.reset()
            }
            switch end {
            case .cancelled: return
            case .failed(let error): throw error
            case .lost(let error):
                guard wasAttached, error.isRetriable else { throw error }
                try await body(.interrupted(error))
                try? await clock.sleep(backoff.next())
            }
        }
    }

    /// Why one connection was left.
    private enum End {
        case cancelled
        case lost(AMQPError)
        /// The body threw.
        case failed(any Error)
    }

    /// One connection, from its making to its close.
    private func watch(
        isolation: isolated (any Actor)? = #isolation, _ body: (Update) async throws -> Void, attached: () -> Void
    ) async -> End {
        let connection: any BrokerConnection
        do throws(AMQPError) { connection = try await connect() } catch { return .lost(error) }
        let end: End
        do {
            let consumer = try await attach(connection)
            attached()
            end = await pass(consumer, to: body)
        } catch {
            end = .lost(error)
        }
        // Also in a cancelled task: without its consumer the queue is gone at once.
        await connection.close()
        guard Task.isCancelled else { return end }
        if case .failed(let error) = end, !(error is CancellationError) { return end }
        return .cancelled
    }

    private func attach(_ connection: any BrokerConnection) async throws(AMQPError) -> DeliveryConsumer {
        let queue = Queue(
            QueueName("amqpbridge.tail.\(UUIDv7())"), type: .classic,
            arguments: ["x-max-length": .int(Int64(Self.maxWaiting)), "x-overflow": "drop-head"], isExclusive: true)
        let bindings = keys.map { Binding(queue.name, to: exchange, key: $0) }
        try await connection.declare(Topology(queues: [queue], bindings: bindings))
        return try await connection.consume(queue.name, prefetch: Self.prefetch, isExclusive: true)
    }

    private func pass(
        isolation: isolated (any Actor)? = #isolation, _ consumer: DeliveryConsumer,
        to body: (Update) async throws -> Void
    ) async -> End {
        do { try await body(.attached) } catch { return .failed(error) }
        do {
            for try await batch in consumer {
                do { try await body(.events(batch.map { TailedEvent($0) })) } catch { return .failed(error) }
                consumer.settle(batch.map(\.tag), .ack)
            }
            return .lost(AMQPError(.connectionLost, "the connection was closed"))
        } catch {
            return .lost(error)
        }
    }
}
