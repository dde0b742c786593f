public import AMQPBridge
public import CoreMetrics
public import Logging
public import ServiceLifecycle
public import Tracing

/// The event bus of one service on a broker in memory: the same handlers, retries, dead letters and recovery as
/// ``AMQPBridge/RabbitMQEventBus``, with time in the test's hand and no network.
///
/// Several services share one ``InMemoryBroker``. Nothing waits for real time: retries come back when the test calls
/// ``InMemoryBroker/advance(by:)``.
///
/// ```swift
/// let broker = InMemoryBroker()
/// let topology = ServiceTopology(service: "stock", exchange: "events", listensTo: ["order.created"])
/// try broker.declare(topology.shared)
/// let bus = InMemoryEventBus(broker, topology, encoder: EventEncoder(source: "/stock"))
/// bus.on(OrderCreated.self) { event, _ in [StockTaken(order: event.id)] }
/// ```
public final class InMemoryEventBus: EventBus, Service {
    private let core: EventBusCore

    /// - Parameters:
    ///   - broker: shared by all services that are to hear each other.
    ///   - encoder: who emits this service's events, and how they are written.
    ///   - metrics: who is told what the bus counts.
    ///   - tracer: who records its spans.
    public init(
        _ broker: InMemoryBroker, _ topology: ServiceTopology, _ subscription: SubscriptionOptions = .init(),
        encoder: EventEncoder, logger: Logger = Logger(label: "bus", factory: { _ in SwiftLogNoOpLogHandler() }),
        metrics: any MetricsFactory = MetricsSystem.factory, tracer: any Tracer = InstrumentationSystem.tracer
    ) {
        core = EventBusCore(
            topology: topology, options: subscription, encoder: encoder, logger: logger, metrics: metrics,
            tracer: tracer,
            clock: broker.clock.busClock
        ) { (name) throws(AMQPError) in try broker.connect(named: name) }
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

    /// Consumes until a graceful shutdown, as ``AMQPBridge/RabbitMQEventBus/run()``.
    public func run() async throws { try await core.run() }
}
