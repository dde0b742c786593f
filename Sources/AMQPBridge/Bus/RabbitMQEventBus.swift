public import Logging
public import ServiceLifecycle

/// The event bus of one service on RabbitMQ: one queue in, a topic exchange out.
///
/// It holds two connections, one that publishes and one that consumes, and makes new ones when they are lost. An
/// unreachable broker does not stop it; refused credentials, a refused vhost or a queue that stands with other
/// arguments end `run()` with that error, because waiting would not help.
public final class RabbitMQEventBus: EventBus, Service {
    public struct Configuration: Sendable {
        public var amqp: AMQPConfiguration
        /// What this service is called on the broker and which keys it listens to.
        public var topology: ServiceTopology
        /// Deliveries in hand at most. Default: 256.
        public var prefetch: UInt16 = 256
        /// How long a graceful shutdown may take to finish what is in hand. Default: 8 s.
        public var shutdownTimeout: Duration = .seconds(8)

        public init(amqp: AMQPConfiguration, topology: ServiceTopology) {
            self.amqp = amqp
            self.topology = topology
        }
    }

    public let encoder: EventEncoder
    public let state = BusState()
    let configuration: Configuration
    let registry = HandlerRegistry()
    let publisher: BusPublisher
    let logger: Logger

    /// - Parameter encoder: who emits this service's events, and how they are written.
    public init(_ configuration: Configuration, encoder: EventEncoder, logger: Logger) {
        self.configuration = configuration
        self.encoder = encoder
        self.logger = logger
        publisher = BusPublisher(exchange: configuration.topology.exchange, state: state)
    }

    public func on<E: Event>(
        _ type: E.Type, _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        registry.on(type, handler)
    }

    public func on(_ types: [any Event.Type], batch handler: any EventBatchHandler) {
        registry.on(types, batch: handler)
    }

    public func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] { await publisher.publish(events) }

    /// Connects, declares what carries the service's name, and consumes until a graceful shutdown.
    ///
    /// On shutdown: no new deliveries, what is in hand is finished and settled, batch handlers drain, and only then do
    /// the connections close.
    public func run() async throws {
        let handlers = registry.contents
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { try await self.runPublisher() }
            group.addTask { try await self.runConsumer(handlers) }
            for handler in handlers.batchHandlers {
                group.addTask { try await self.runBeside(handler) }
            }
            for try await finished in group where finished == .consumer {
                await self.drain(handlers.batchHandlers)
                group.cancelAll()
            }
        }
    }

    private enum Part {
        case publisher, consumer, handler
    }

    private func runBeside(_ handler: any EventBatchHandler) async throws -> Part {
        try await handler.run(publishingTo: publisher)
        return .handler
    }

    private func drain(_ handlers: [any EventBatchHandler]) async {
        let deadline = ContinuousClock.now + configuration.shutdownTimeout / 2
        for handler in handlers { await handler.drain(until: deadline) }
    }

    private func runPublisher() async throws -> Part {
        let supervisor = ConnectionSupervisor(named: "publish", configuration.amqp, state: state, logger: logger)
        try await supervisor.run { try await self.lend($0) }
        return .publisher
    }

    /// Publishing goes over this connection until it ends or the bus does.
    private func lend(_ connection: AMQPConnection) async throws {
        publisher.use(connection)
        let reason = await connection.closed()
        publisher.use(nil)
        guard Task.isCancelled else { throw reason }
        await connection.close()
    }

    private func runConsumer(_ handlers: HandlerRegistry.Contents) async throws -> Part {
        let subscription = Subscription(
            handlers: handlers, topology: configuration.topology, encoder: encoder, publisher: publisher,
            logger: logger)
        let supervisor = ConnectionSupervisor(named: "consume", configuration.amqp, state: state, logger: logger)
        try await supervisor.run { try await self.consume(with: subscription, on: $0) }
        return .consumer
    }

    private func consume(with subscription: Subscription, on connection: AMQPConnection) async throws {
        let consumer = try await start(connection)
        state.setConsuming(true)
        defer { state.setConsuming(false) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends the sequence below, which first hands out what is in hand already.
                try await gracefulShutdown()
                try await connection.cancelConsumer()
            }
            try await subscription.run(consumer)
            group.cancelAll()
        }
        await connection.close()
    }

    private func start(_ connection: AMQPConnection) async throws -> DeliveryConsumer {
        do {
            try await connection.declare(configuration.topology.own)
        } catch {
            throw Self.explained(error)
        }
        return try await connection.consume(configuration.topology.inQueue, prefetch: configuration.prefetch)
    }

    private static func explained(_ error: AMQPError) -> AMQPError {
        guard error.code == .notFound else { return error }
        var explained = error
        explained.message += ". The topology is not there yet; create it with: shop topology apply"
        return explained
    }
}
