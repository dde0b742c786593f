import AMQPBridgeTesting
import Logging
import Synchronization
import Testing

@testable import AMQPBridge

/// Without a connection to publish on: the cases in which nothing leaves, and those in which nothing can.
@Suite("A delivery is settled only when its consequences are safe", .timeLimit(.minutes(1)))
struct SubscriptionTests {
    private let consumer = DeliveryConsumer(queue: "depot.in", epoch: 1, prefetch: 100) {}

    private func subscription(
        clock: BusClock = .continuous, _ register: (HandlerRegistry) -> Void
    ) -> Subscription {
        let registry = HandlerRegistry()
        register(registry)
        let options = SubscriptionOptions()
        return Subscription(
            registry.contents,
            LaneContext(
                topology: Letters.topology, options: options, encoder: EventEncoder(source: "/test/depot"),
                publisher: BusPublisher(exchange: "test.events", state: BusState()),
                breaker: Breaker(threshold: options.breakerThreshold, clock: .continuous) { _ in },
                flow: FlowControl(prefetch: 100), clock: clock, logger: Logger(label: "test")))
    }

    /// Hands the deliveries to the subscription as a connection would; returns the frames that settle them.
    ///
    /// - Parameter isDone: when to look; without it, when nothing is in hand any more.
    private func process(
        _ deliveries: [Delivery], _ subscription: Subscription, until isDone: (@Sendable () -> Bool)? = nil
    ) async throws -> [SettlementFrame] {
        try consumer.deliver(deliveries)
        await subscription.dispatch(deliveries, from: consumer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in subscription.allLanes { group.addTask { await lane.run() } }
            if let isDone {
                try await eventually("the handlers were called") { isDone() }
            } else {
                for lane in subscription.allLanes { await lane.drained() }
            }
            group.cancelAll()
        }
        return consumer.takeSettlements()
    }

    private func process(
        _ bodies: [[UInt8]], _ subscription: Subscription, until isDone: (@Sendable () -> Bool)? = nil
    ) async throws -> [SettlementFrame] {
        let deliveries = bodies.enumerated().map { index, body in
            var delivery = Letters.delivery(body: body)
            delivery.tag = DeliveryTag(epoch: 1, value: UInt64(index + 1))
            return delivery
        }
        return try await process(deliveries, subscription, until: isDone)
    }

    private func bodies(_ count: Int) throws -> [[UInt8]] {
        try (0..<count).map { try EventEncoder(source: "/s").encode(ParcelSent(parcelID: "p-\($0)", weight: $0)).body }
    }

    @Test("handled events are acked in one frame, in the order of their arrival")
    func handled() async throws {
        let weights = Mutex<[Int]>([])
        let subscription = subscription { registry in
            registry.on(ParcelSent.self, retry: .ladder) { event, context in
                weights.withLock { $0.append(event.weight) }
                #expect(context.attempt == 1 && context.routingKey == "parcel.sent")
                return []
            }
        }
        #expect(try await process(bodies(50), subscription) == [.ack(tag: 50, multiple: true)])
        #expect(weights.withLock { $0 } == Array(0..<50))
    }

    @Test("what cannot be published settles nothing; its neighbours are acked", arguments: [true, false])
    func unpublished(failing: Bool) async throws {
        let calls = Mutex(0)
        // Time stands still: on a busy machine the lane would begin to send before it has called all three.
        let subscription = subscription(clock: ManualClock().busClock) { registry in
            registry.on(ParcelSent.self, retry: .ladder) { event, _ in
                calls.withLock { $0 += 1 }
                guard event.weight == 1 else { return [] }
                if failing { throw Spilt() }
                return [ParcelSeen(parcelID: event.parcelID)]
            }
        }
        let frames = try await process(bodies(3), subscription) { [consumer] in
            calls.withLock { $0 } == 3 && consumer.inHand == 1
        }
        #expect(frames == [.ack(tag: 1, multiple: false), .ack(tag: 3, multiple: false)])
        #expect(calls.withLock { $0 } == 3, "the handler has done its work and is not called again")
    }

    @Test("a body too large to copy is left to the broker, its neighbours are acked")
    func oversized() async throws {
        let subscription = subscription { $0.on(ParcelSent.self, retry: .ladder) { _, _ in [] } }
        var deliveries = try bodies(3).map { Letters.delivery(body: $0) }
        for index in 0..<3 { deliveries[index].tag = DeliveryTag(epoch: 1, value: UInt64(index + 1)) }
        deliveries[1].body = []
        deliveries[1].bodySize = 5_000_000
        #expect(
            Set(try await process(deliveries, subscription)) == [
                .reject(tag: 2, requeue: false), .ack(tag: 3, multiple: true),
            ])
    }

    @Test("a batch handler gets its events at once, without the others'")
    func batch() async throws {
        let handler = RecordingHandler()
        let subscription = subscription { registry in
            registry.on([ParcelSent.self], retry: .ladder, batch: handler)
            registry.on(ParcelSeen.self, retry: .ladder) { _, _ in [] }
        }
        let seen = try EventEncoder(source: "/s").encode(ParcelSeen(parcelID: "s")).body
        #expect(try await process([seen] + bodies(4) + [seen], subscription) == [.ack(tag: 6, multiple: true)])
        #expect(handler.calls == [[0, 1, 2, 3]])
    }

    @Test("a batch handler that cannot now is called again until it can, with one event at a time")
    func outage() async throws {
        let handler = RecordingHandler(failures: 2)
        let subscription = subscription { $0.on([ParcelSent.self], retry: .ladder, batch: handler) }
        #expect(try await process(bodies(2), subscription) == [.ack(tag: 2, multiple: true)])
        #expect(handler.calls == [[0, 1], [0], [1], [0]])
    }

    @Test("what nobody can read is not acked before its letter is safe")
    func unreadable() async throws {
        let calls = Mutex(0)
        let subscription = subscription { registry in
            registry.on(ParcelSent.self, retry: .ladder) { _, _ in
                calls.withLock { $0 += 1 }
                return []
            }
        }
        let readable = try bodies(1)
        let frames = try await process([[1, 2, 3]] + readable, subscription) { calls.withLock { $0 } == 1 }
        #expect(frames.allSatisfy { $0 == .ack(tag: 2, multiple: false) })
        #expect(consumer.inHand >= 1)
    }

    @Test("an attempt count is believed only on the own return path, and bounded", arguments: [true, false])
    func forgedAttempt(isReturned: Bool) async throws {
        let subscription = subscription { registry in
            registry.on(ParcelSent.self, retry: .ladder) { _, context in
                #expect(context.attempt == (isReturned ? 1_000_001 : 1))
                return []
            }
        }
        let delivery = Letters.delivery(
            ["amqpbridge-attempt": .int(.max)], exchange: isReturned ? "depot.rt" : "test.events",
            body: try bodies(1)[0])
        #expect(try await process([delivery], subscription) == [.ack(tag: 1, multiple: false)])
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
