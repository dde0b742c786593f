public import CoreMetrics
public import Logging
public import ServiceLifecycle
import Synchronization
public import Tracing

/// The event bus of one service on RabbitMQ: one queue in, a topic exchange out.
///
/// It holds two connections, one that publishes and one that consumes, and makes new ones when they are lost. An
/// unreachable broker does not stop it; refused credentials, a refused vhost or certificate, or a queue that stands with
/// other arguments end `run()` with that error, because waiting would not help. Once it has worked nothing of that does:
/// what was right can be put right again, and ``BusState/obstacles`` say what is wrong meanwhile.
public final class RabbitMQEventBus: EventBus, Service {
    /// Where the broker is, what the service has there, and how it takes its events in.
    public struct Configuration: Sendable {
        /// The names of its two connections are `options.name` with ` publish` and ` consume` behind it. Of
        /// `options.connectTimeout` at most 3 s are used: a bus tries again anyway.
        public var amqp: AMQPConfiguration
        /// What this service is called on the broker and which keys it listens to.
        public var topology: ServiceTopology
        /// All defaults unless changed; `run()` checks it.
        public var subscription = SubscriptionOptions()

        /// With the default ``SubscriptionOptions``.
        public init(amqp: AMQPConfiguration, topology: ServiceTopology) {
            self.amqp = amqp
            self.topology = topology
        }
    }

    private let core: EventBusCore

    /// - Parameters:
    ///   - encoder: who emits this service's events, and how they are written.
    ///   - metrics: who is told what the bus counts (``MetricName/ofBuses``). Default: the process's backend.
    ///   - tracer: who records its spans. Default: the process's.
    public init(
        _ configuration: Configuration, encoder: EventEncoder, logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory, tracer: any Tracer = InstrumentationSystem.tracer
    ) {
        let connector = Connector(configuration.amqp)
        core = EventBusCore(
            topology: configuration.topology, options: configuration.subscription, encoder: encoder, logger: logger,
            metrics: metrics, tracer: tracer
        ) { (name) throws(AMQPError) in try await connector.connect(name) }
    }

    /// Begins with the host after the one that was lost.
    private final class Connector: Sendable {
        /// An attempt whose first bytes were lost on the way cannot succeed any more when the path is clean again, and
        /// the next one waits for its end: short attempts, and many of them, are back within the 5 s that are promised.
        private static let longestAttempt = Duration.seconds(3)

        private let configuration: AMQPConfiguration
        private let last = Mutex<[String: AMQPEndpoint]>([:])

        init(_ configuration: AMQPConfiguration) {
            var configuration = configuration
            configuration.options.connectTimeout = min(configuration.options.connectTimeout, Self.longestAttempt)
            self.configuration = configuration
        }

        func connect(_ name: String) async throws(AMQPError) -> any BrokerConnection {
            var configuration = configuration
            configuration.options.name += " \(name)"
            if let lost = last.withLock({ $0[name] }) { configuration.begin(after: lost) }
            let connection = try await AMQPConnection.connect(configuration)
            last.withLock { $0[name] = connection.endpoint }
            return connection
        }
    }

    public var encoder: EventEncoder { core.encoder }
    /// What can be said about it at any time.
    public var state: BusState { core.state }

    public func on<E: Event>(
        _ type: E.Type, retry: RetryPolicy,
        _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        core.on(type, retry: retry, handler)
    }

    public func on(_ types: [any Event.Type], retry: RetryPolicy, batch handler: any EventBatchHandler) {
        core.on(types, retry: retry, batch: handler)
    }

    public func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] { await core.publish(events) }

    package func inject(from source: any FaultSource) { core.inject(source) }

    public func pause() { core.pause() }

    public func resume() { core.resume() }

    /// Connects, declares what carries the service's name, and consumes until a graceful shutdown.
    ///
    /// On shutdown: no new deliveries, what is in hand is finished and settled, batch handlers drain, and only then do
    /// the connections close. What is not finished within half of `shutdownTimeout` goes back to the queue.
    ///
    /// - Throws: `invalidConfiguration` for subscription options that cannot be; what no waiting mends, such as
    ///   `credentialsRefused`, `vhostRefused`, `tlsRefused`, `permissionDenied` and `preconditionFailed`, unless it has
    ///   worked before: then ``state`` says so until it is mended; whatever a batch handler's `run` throws.
    public func run() async throws { try await core.run() }
}
