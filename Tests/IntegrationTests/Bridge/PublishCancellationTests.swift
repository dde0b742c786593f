import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("Cancelling a publish ends that wait and nothing else", .timeLimit(.minutes(3)))
struct PublishCancellationTests {
    /// A connection that gets no confirms, so that every publish waits; the deadline is far away.
    private func withStalledPublisher(
        _ body: (BrokerFixture, FaultProxy, AMQPConnection, QueueName) async throws -> Void
    ) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            var configuration = proxy.configuration
            configuration.options.publishTimeout = .seconds(60)
            configuration.options.heartbeat = .seconds(60)
            let publisher = try await AMQPConnection.connect(configuration)
            proxy.strike(.stall, .toClient)
            try await body(broker, proxy, publisher, queue)
            proxy.clean()
            try await publisher.publish(Publishing(to: queue, "the connection is as good as before"))
            await publisher.close()
        }
    }

    @Test("one that is on the wire ends at once, as unknown and cancelled; its neighbour is confirmed")
    func onTheWire() async throws {
        try await withStalledPublisher { broker, proxy, publisher, queue in
            let cancelled = Task { try await publisher.publish(Publishing(to: queue, "cancelled", id: "c-1")) }
            let neighbour = Task { try await publisher.publish(Publishing(to: queue, "neighbour")) }
            let watcher = try await broker.connect()
            try await eventually("both reached the broker") { try await watcher.inspect(queue)?.ready == 2 }
            cancelled.cancel()
            let error = await #expect(throws: AMQPError.self) { try await cancelled.value }
            #expect(error?.code == .outcomeUnknown)
            #expect((error?.underlyingError as? AMQPError)?.code == .cancelled)
            #expect(error?.message.contains("c-1") == true)
            proxy.clean()
            try await neighbour.value
        }
    }

    @Test("a batch ends at once, with an outcome for each")
    func batch() async throws {
        try await withStalledPublisher { broker, _, publisher, queue in
            let batch = Task { await publisher.publish(contentsOf: (0..<100).map { Publishing(to: queue, "\($0)") }) }
            let watcher = try await broker.connect()
            try await eventually("they reached the broker") { try await watcher.inspect(queue)?.ready == 100 }
            batch.cancel()
            let outcomes = await batch.value
            #expect(outcomes.count == 100)
            #expect(outcomes.allSatisfy { !$0.isConfirmed })
        }
    }

    /// Each of forty moments four times, or fifty.
    private static let rounds = Thorough.choose(2000, else: 160)

    @Test("whenever the cancellation comes, it is heard")
    func anyMoment() async throws {
        try await withStalledPublisher { _, _, publisher, queue in
            for round in 0..<Self.rounds {
                // No confirm comes, so a cancellation that got lost would wait for the far deadline.
                let start = ContinuousClock.now
                let single = Task { try await publisher.publish(Publishing(to: queue, "\(round)")) }
                let batch = Task { await publisher.publish(contentsOf: [Publishing(to: queue, "\(round)")]) }
                // A little later each round, from before it begins to after it was sent.
                for _ in 0..<(round % 40) { await Task.yield() }
                single.cancel()
                batch.cancel()
                await #expect(throws: AMQPError.self) { try await single.value }
                #expect(await batch.value.count == 1)
                #expect(ContinuousClock.now - start < .seconds(10))
            }
        }
    }

    @Test("a task that was cancelled before sends nothing")
    func before() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let publisher = try await broker.connect()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await publisher.publish(Publishing(to: queue, "never"))
            }
            await #expect(throws: AMQPError.self) { try await task.value }
            try await publisher.publish(Publishing(to: queue, "still works"))
            #expect(try await publisher.inspect(queue)?.ready == 1)
        }
    }

    @Test("calls that fail beside busy publishers strand none of them")
    func failingCallsBeside() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            for _ in 0..<20 {
                let connection = try await broker.connect { $0.publishTimeout = .seconds(60) }
                let start = ContinuousClock.now
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<40 {
                        group.addTask { try? await connection.publish(Publishing(to: queue, "\(number)")) }
                        // Each is answered by closing the channel, which is then replaced, or the connection ends.
                        group.addTask { _ = try? await connection.inspect(QueueName("no-such-queue-\(number)")) }
                    }
                }
                #expect(ContinuousClock.now - start < .seconds(20), "a publisher waited for its deadline")
                await connection.close()
            }
        }
    }
}
