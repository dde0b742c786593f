public import AMQPBridge

/// One service's bus in a ``SimulatedWorld``: register handlers as on the real one. The world's `run()` calls them.
public final class SimulatedBus: EventBus {
    public let encoder: EventEncoder
    private let registry: HandlerRegistry
    private let world: SimulatedWorld
    private let index: Int

    /// The world keeps the registry and not the bus, which keeps the world.
    init(_ world: SimulatedWorld, _ index: Int, _ encoder: EventEncoder, _ registry: HandlerRegistry) {
        self.world = world
        self.index = index
        self.encoder = encoder
        self.registry = registry
    }

    public func on<E: Event>(
        _ type: E.Type, retry: RetryPolicy,
        _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        registry.on(type, retry: retry, handler)
    }

    public func on(_ types: [any Event.Type], retry: RetryPolicy, batch handler: any EventBatchHandler) {
        registry.on(types, retry: retry, batch: handler)
    }

    /// What the service does by itself besides handling: one step of it, for example of sending what an outbox holds. It
    /// takes the place of a batch handler's `run(publishingTo:)`, which waits for real time and is not called here.
    ///
    /// - Parameter chore: returns true when there may be more to do. It is called again after each handling and errand
    ///   of this service, and after a fault.
    public func chore(_ chore: @escaping @Sendable (_ publisher: any EventPublisher) async throws -> Bool) {
        world.setChore(chore, of: index)
    }

    /// Something that happens to this service once, from outside, at a time that the seed chooses: somebody uses its HTTP
    /// port.
    ///
    /// - Parameter step: not before so many steps of the world, unless there is nothing else to do.
    public func errand(_ name: String, after step: Int = 0, _ body: @escaping @Sendable () async throws -> Void) {
        world.add(Errand(name: name, service: index, notBefore: step, run: body))
    }

    public func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] {
        let outcomes = world.publish(events)
        if !outcomes.allSatisfy(\.isConfirmed) { world.wakeChore(of: index) }
        return outcomes
    }

    /// Does nothing: when something happens is the seed's choice.
    public func pause() {}

    /// Does nothing.
    public func resume() {}

    /// Runs the whole world: ``SimulatedWorld/run(limit:)``.
    public func run() async throws { try await world.run() }
}
