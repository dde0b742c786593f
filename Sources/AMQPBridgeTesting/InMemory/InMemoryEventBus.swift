public import AMQPBridge
public import Logging
public import ServiceLifecycle

/// The event bus of one service on a broker in memory: `RabbitMQEventBus` with everything below its connections
/// replaced, and with the broker's clock for all its waits.
///
/// Routing, retries, dead letters, the breaker and recovery are those of the real one, because it is the same code.
///
/// ```swift
/// let broker = InMemoryBroker()
/// try broker.declare(topology.shared)
/// let bus = InMemoryEventBus(broker, topology: topology, encoder: EventEncoder(source: "/shop/order"))
/// bus.on(OrderCreated.self) { _, _ in throw OutOfPaper() }
/// // … `bus.run()` in a task of its own, and an event published …
/// try await eventually("it waits") { broker.messages(in: "order.retry.1s")?.count == 1 }
/// broker.advance(by: .seconds(1))     // the second call, at once
/// ```
///
/// What real time passes for are handlers alone; `subscription.shutdownTimeout` counts real time, too.
public final class InMemoryEventBus: EventBus, Service {
    private let core: EventBusCore

    /// - Parameters:
    ///   - broker: shared by all services of a test.
    ///   - topology: what this service is called and which keys it listens to. Its shared part has to be declared.
    ///   - encoder: who emits this service's events, and how they are written.
    ///   - logger: says nothing unless given.
    public init(
        _ broker: InMemoryBroker, topology: ServiceTopology, subscription: SubscriptionOptions = SubscriptionOptions(),
        encoder: EventEncoder, logger: Logger = Logger(label: "bus") { _ in SwiftLogNoOpLogHandler() }
    ) {
        core = EventBusCore(
            topology: topology, options: subscription, encoder: encoder, logger: logger, clock: broker.clock.busClock
        ) { (name) throws(AMQPError) in
            try broker.connect(named: name)
        }
    }

    public var encoder: EventEncoder { core.encoder }
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

    public func pause() { core.pause() }

    public func resume() { core.resume() }

    /// Declares what carries the service's name and consumes until a graceful shutdown, or until its task is cancelled.
    public func run() async throws { try await core.run() }
}
