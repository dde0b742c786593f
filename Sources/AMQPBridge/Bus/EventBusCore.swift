package import CoreMetrics
package import Logging
import ServiceLifecycle
import Synchronization
package import Tracing

/// The event bus of one service, whatever the broker: two connections, handlers in lanes, and how they end together.
///
/// What is behind ``BrokerConnection`` is RabbitMQ, or the testing library's broker in memory.
package final class EventBusCore: EventBus {
    package let encoder: EventEncoder
    package let state = BusState()
    private let topology: ServiceTopology
    private let options: SubscriptionOptions
    private let registry = HandlerRegistry()
    private let metricsFactory: any MetricsFactory
    private let metrics: BusMetrics
    private let tracing: EventTracing
    private let faults = Mutex<(any FaultSource)?>(nil)
    private let publisher: BusPublisher
    private let flow: FlowControl
    private let connect: Connect
    private let clock: BusClock
    private let logger: Logger
    /// In hand when the last consumer was lost; nil before the first was.
    private let inHandAtLoss = Mutex<Int?>(nil)

    package init(
        topology: ServiceTopology, options: SubscriptionOptions, encoder: EventEncoder, logger: Logger,
        metrics factory: any MetricsFactory = MetricsSystem.factory,
        tracer: any Tracer = InstrumentationSystem.tracer, clock: BusClock = .continuous, connect: @escaping Connect
    ) {
        self.topology = topology
        self.options = options
        self.encoder = encoder
        self.logger = logger
        self.clock = clock
        self.connect = connect
        metricsFactory = factory
        metrics = BusMetrics(ladder: topology.ladder, factory: factory)
        tracing = EventTracing(tracer: tracer, queue: topology.inQueue, codec: encoder.codec)
        publisher = BusPublisher(
            exchange: topology.exchange, state: state, metrics: metrics, tracing: tracing, clock: clock)
        flow = FlowControl(prefetch: options.prefetch)
    }

    package func on<E: Event>(
        _ type: E.Type, retry: RetryPolicy,
        _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        registry.on(type, retry: retry, handler)
    }

    package func on(_ types: [any Event.Type], retry: RetryPolicy, batch handler: any EventBatchHandler) {
        registry.on(types, retry: retry, batch: handler)
    }

    /// What is to go wrong with deliveries. Like handlers, before it runs.
    package func inject(_ faults: any FaultSource) { self.faults.withLock { $0 = faults } }

    package func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] { await publisher.publish(events) }

    package func pause() {
        state.setPaused(true)
        flow.pause()
    }

    package func resume() {
        state.setPaused(false)
        flow.resume()
    }

    package func run() async throws {
        try options.check()
        let handlers = registry.contents
        let instruments = HandlerInstruments(
            types: handlers.types.keys, factory: metricsFactory, tracing: tracing)
        let subscription = Subscription(handlers, context(instruments))
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { try await self.runPublisher() }
            group.addTask { try await self.runConsumer(subscription) }
            for lane in subscription.allLanes {
                group.addTask(executorPreference: lane.executor) { await Part.handling(lane.run()) }
            }
            group.addTask { await Part.handling(subscription.watchDeadlines()) }
            group.addTask { await Part.handling(subscription.watchBreaker()) }
            for handler in handlers.batchHandlers {
                group.addTask { Part.handling(try await handler.run(publishingTo: self.publisher)) }
            }
            for try await finished in group where finished == .consumer {
                await self.drain(handlers.batchHandlers)
                group.cancelAll()
            }
        }
    }

    private enum Part {
        case publisher, consumer, handling

        static func handling(_: Void) -> Part { .handling }
    }

    private func context(_ instruments: HandlerInstruments) -> LaneContext {
        let breaker = Breaker(threshold: options.breakerThreshold, clock: clock) { [state, flow, logger] reason in
            state.setOutage(reason)
            if let reason {
                logger.warning(
                    "Nothing can be handled; one event is tried at a time", metadata: ["error": .string(reason)])
            } else {
                flow.recovered()
                logger.info("Events are handled again")
            }
        }
        return LaneContext(
            topology: topology, options: options, encoder: encoder, publisher: publisher, metrics: metrics,
            instruments: instruments, breaker: breaker, flow: flow, faults: faults.withLock { $0 }, clock: clock,
            logger: logger)
    }

    private func drain(_ handlers: [any EventBatchHandler]) async {
        let deadline = ContinuousClock.now + options.shutdownTimeout / 2
        for handler in handlers { await handler.drain(until: deadline) }
    }

    private func supervisor(_ name: String) -> ConnectionSupervisor {
        ConnectionSupervisor(name: name, connect: connect, state: state, clock: clock, logger: logger)
    }

    // MARK: Publishing

    private func runPublisher() async throws -> Part {
        try await supervisor(ConnectionName.publish).run { connection in
            self.metrics.connected(ConnectionName.publish)
            try await self.lend(connection)
        }
        return .publisher
    }

    /// Publishing goes over this connection until it ends or the bus does.
    private func lend(_ connection: any BrokerConnection) async throws {
        publisher.use(connection)
        let reason = await connection.closed()
        publisher.use(nil)
        guard Task.isCancelled else { throw reason }
        await connection.close()
    }

    // MARK: Consuming

    private func runConsumer(_ subscription: Subscription) async throws -> Part {
        try await supervisor(ConnectionName.consume).run { connection in
            self.metrics.connected(ConnectionName.consume)
            try await self.consume(subscription, on: connection)
        }
        return .consumer
    }

    private func consume(_ subscription: Subscription, on connection: any BrokerConnection) async throws {
        try await declare(on: connection)
        // What waits in the queue may have ended an earlier run of this process: it is taken with care.
        flow.begin(isCautious: try await connection.inspect(topology.inQueue)?.ready != 0)
        guard let (consumer, prefetch) = try await start(connection) else { return await connection.close() }
        state.setConsumer(consumer)
        defer { state.setConsumer(nil) }
        do {
            try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask {
                    Part.handling(try await self.follow(on: connection, subscription, from: .prefetch(prefetch)))
                }
                group.addTask { Part.handling(await self.stopAtShutdown()) }
                group.addTask(executorPreference: subscription.executor) {
                    try await subscription.take(from: consumer)
                    return .consumer
                }
                for try await finished in group where finished == .consumer { group.cancelAll() }
            }
            // Who is cancelled without having been asked to end settles nothing any more.
            if !Task.isShuttingDownGracefully { try Task.checkCancellation() }
        } catch {
            reportLoss(consumer)
            await subscription.discard(upTo: consumer.epoch)
            throw flow.failure ?? error
        }
        await subscription.drain(within: options.shutdownTimeout / 2)
        await connection.close()
    }

    /// Recovery, in this order: exchanges, queues, bindings; then prefetch and consumer. Confirms were chosen when the
    /// connection was made.
    private func declare(on connection: any BrokerConnection) async throws {
        let own = topology.own
        do {
            let wasDeleted = try await wasDeleted(on: connection)
            try await connection.declare(Topology(exchanges: own.exchanges, queues: own.queues))
            if wasDeleted { reportDeletion() }
            try await connection.declare(Topology(bindings: own.bindings))
        } catch {
            throw Self.explained(error)
        }
    }

    private static func explained(_ error: AMQPError) -> AMQPError {
        guard error.code == .notFound else { return error }
        var explained = error
        explained.message += ". The topology is not there yet; create it with: shop topology apply"
        return explained
    }

    /// Consumes as soon as that is wanted; nil when the end comes first.
    private func start(_ connection: any BrokerConnection) async throws -> (DeliveryConsumer, UInt16)? {
        try await withThrowingTaskGroup(of: FlowControl.Wish?.self) { group in
            group.addTask { await self.wishToStart() }
            group.addTask { throw await connection.closed() }
            group.addTask {
                await self.stopAtShutdown()
                return .stopped
            }
            defer { group.cancelAll() }
            guard case .prefetch(let prefetch)?? = try await group.next() else { return nil }
            return (try await connection.consume(topology.inQueue, prefetch: prefetch, isExclusive: false), prefetch)
        }
    }

    /// Until cancelled. That is no error: who is cancelled here may have stopped for the same shutdown, seen elsewhere.
    private func stopAtShutdown() async {
        guard (try? await gracefulShutdown()) != nil else { return }
        flow.stop()
    }

    /// Waits until something else is wanted than a pause. There is nothing in hand yet that could be given back.
    private func wishToStart() async -> FlowControl.Wish? {
        while let wish = await flow.wish(otherThan: .paused) {
            guard wish == .giveBack else { return wish }
            flow.gaveBack()
        }
        return nil
    }

    /// Does with the consumer what is wanted, until it is to stop.
    private func follow(
        on connection: any BrokerConnection, _ subscription: Subscription, from start: FlowControl.Wish
    ) async throws {
        var done: FlowControl.Wish? = start
        while let wish = await flow.wish(otherThan: done) {
            switch wish {
            case .prefetch(let prefetch): try await connection.resumeConsumer(prefetch: prefetch)
            case .paused: try await connection.pauseConsumer()
            case .giveBack:
                try await connection.pauseConsumer()
                await subscription.giveBack()
                flow.gaveBack()
            case .stopped: return try await connection.stopConsumer()
            case .broken: throw flow.failure ?? AMQPError(.connectionLost, "the connection is of no use any more")
            }
            done = wish
        }
    }

    private func wasDeleted(on connection: any BrokerConnection) async throws(AMQPError) -> Bool {
        guard inHandAtLoss.withLock({ $0 }) != nil else { return false }
        return try await connection.inspect(topology.inQueue) == nil
    }

    /// A queue that somebody deletes takes its contents along. Nobody can bring them back, so somebody has to know.
    private func reportDeletion() {
        logger.error(
            "The queue was deleted, and what waited in it is lost: look for what stands still. It is declared anew",
            metadata: [
                "queue": .string(topology.inQueue.rawValue),
                "in_hand": .stringConvertible(inHandAtLoss.withLock { $0 ?? 0 }),
            ])
    }

    private func reportLoss(_ consumer: DeliveryConsumer) {
        inHandAtLoss.withLock { $0 = consumer.inHand }
        logger.warning(
            "The consumer has ended; what it had in hand is delivered again, unless its queue was deleted",
            metadata: [
                "queue": .string(consumer.queue.rawValue), "in_hand": .stringConvertible(consumer.inHand),
            ])
    }
}
