import Logging
import Synchronization
import Testing

@testable import AMQPBridge

/// Without a connection to publish on: the cases in which nothing leaves, and those in which nothing can.
@Suite("A delivery is settled only when its consequences are safe", .timeLimit(.minutes(1)))
struct SubscriptionTests {
    private let consumer = DeliveryConsumer(queue: "depot.in", epoch: 1, prefetch: 100) {}

    private func subscription(_ register: (HandlerRegistry) -> Void) -> Subscription {
        let registry = HandlerRegistry()
        register(registry)
        let state = BusState()
        return Subscription(
            handlers: registry.contents, topology: Letters.topology, encoder: EventEncoder(source: "/test/depot"),
            publisher: BusPublisher(exchange: "test.events", state: state), logger: Logger(label: "test"))
    }

    /// Hands the deliveries to the subscription as a connection would; returns the frames that settle them.
    private func process(_ bodies: [[UInt8]], _ subscription: Subscription) async throws -> [SettlementFrame] {
        let deliveries = bodies.enumerated().map { index, body in
            var delivery = Letters.delivery(body: body)
            delivery.tag = DeliveryTag(epoch: 1, value: UInt64(index + 1))
            return delivery
        }
        try consumer.deliver(deliveries)
        try await subscription.process(deliveries, from: consumer)
        return consumer.takeSettlements()
    }

    private func bodies(_ count: Int) throws -> [[UInt8]] {
        try (0..<count).map { try EventEncoder(source: "/s").encode(ParcelSent(parcelID: "p-\($0)", weight: $0)).body }
    }

    @Test("handled events are acked in one frame, in the order of their arrival")
    func handled() async throws {
        let weights = Mutex<[Int]>([])
        let subscription = subscription { registry in
            registry.on(ParcelSent.self) { event, context in
                weights.withLock { $0.append(event.weight) }
                #expect(context.attempt == 1 && context.routingKey == "parcel.sent")
                return []
            }
        }
        #expect(try await process(bodies(50), subscription) == [.ack(tag: 50, multiple: true)])
        #expect(weights.withLock { $0 } == Array(0..<50))
    }

    @Test("what cannot be published settles nothing", arguments: [true, false])
    func unpublished(failing: Bool) async throws {
        let subscription = subscription { registry in
            registry.on(ParcelSent.self) { event, _ in
                guard event.weight == 1 else { return [] }
                if failing { throw Spilt() }
                return [ParcelSeen(parcelID: event.parcelID)]
            }
        }
        let bodies = try bodies(3)
        await #expect(throws: AMQPError.self) { try await process(bodies, subscription) }
        #expect(consumer.takeSettlements() == [], "the next connection gets all three again")
        #expect(consumer.inHand == 3)
    }

    @Test("a body too large to copy is left to the broker, its neighbours are acked")
    func oversized() async throws {
        let subscription = subscription { $0.on(ParcelSent.self) { _, _ in [] } }
        var deliveries = try bodies(3).map { Letters.delivery(body: $0) }
        for index in 0..<3 { deliveries[index].tag = DeliveryTag(epoch: 1, value: UInt64(index + 1)) }
        deliveries[1].body = []
        deliveries[1].bodySize = 5_000_000
        try consumer.deliver(deliveries)
        try await subscription.process(deliveries, from: consumer)
        #expect(Set(consumer.takeSettlements()) == [.reject(tag: 2, requeue: false), .ack(tag: 3, multiple: true)])
    }

    @Test("a batch handler gets its events at once, without the others'")
    func batch() async throws {
        let handler = RecordingHandler()
        let subscription = subscription { registry in
            registry.on([ParcelSent.self], batch: handler)
            registry.on(ParcelSeen.self) { _, _ in [] }
        }
        let seen = try EventEncoder(source: "/s").encode(ParcelSeen(parcelID: "s")).body
        #expect(try await process([seen] + bodies(4) + [seen], subscription) == [.ack(tag: 6, multiple: true)])
        #expect(handler.calls == [[0, 1, 2, 3]])
    }

    @Test("a batch handler that cannot now is called again until it can")
    func outage() async throws {
        let handler = RecordingHandler(failures: 2)
        let subscription = subscription { $0.on([ParcelSent.self], batch: handler) }
        #expect(try await process(bodies(2), subscription) == [.ack(tag: 2, multiple: true)])
        #expect(handler.calls == [[0, 1], [0, 1], [0, 1]])
    }

    @Test("what nobody can read is not acked before its letter is safe")
    func unreadable() async throws {
        let subscription = subscription { $0.on(ParcelSent.self) { _, _ in [] } }
        await #expect(throws: AMQPError.self) { try await process([[1, 2, 3]], subscription) }
        #expect(consumer.takeSettlements() == [])
    }

    @Test("an attempt count that a stranger wrote is bounded")
    func forgedAttempt() async throws {
        let subscription = subscription { registry in
            registry.on(ParcelSent.self) { _, context in
                #expect(context.attempt == 1_000_001)
                return []
            }
        }
        let delivery = Letters.delivery(["amqpbridge-attempt": .int(.max)], body: try bodies(1)[0])
        try consumer.deliver([delivery])
        try await subscription.process([delivery], from: consumer)
        #expect(consumer.takeSettlements() == [.ack(tag: 1, multiple: false)])
    }
}

/// Notes the weights it was given; throws the first few times.
private final class RecordingHandler: EventBatchHandler {
    private let state: Mutex<(failures: Int, calls: [[Int]])>

    init(failures: Int = 0) { state = Mutex((failures, [])) }

    var calls: [[Int]] { state.withLock { $0.calls } }

    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        try state.withLock { state in
            state.calls.append(events.compactMap { ($0.event as? ParcelSent)?.weight })
            state.failures -= 1
            if state.failures >= 0 { throw Spilt(description: "the database is locked") }
        }
        return events.map { _ in .handled([]) }
    }

    func run(publishingTo publisher: any EventPublisher) async throws {}

    func drain(until deadline: ContinuousClock.Instant) async {}
}
