import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Synchronization
import Testing

@Suite("When nobody can know, the outcome is unknown and nothing else", .timeLimit(.minutes(3)))
struct UnknownOutcomeTests {
    @Test("connection closed with many outstanding: confirmed or unknown, and every confirmed one is there")
    func closedByTheBroker() async throws {
        try await BrokerControl.withVirtualHost { vhost, broker in
            let queue = try await broker.queue("survivor")
            let publisher = try await broker.connect { $0.maxUnconfirmed = 512 }
            let results = Results()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<400 {
                    group.addTask { await publishUntilItBreaks(publisher, queue, worker, results) }
                }
                try await eventually("publishing is in full swing") { results.confirmed.count > 2000 }
                try await BrokerControl.ctl("close_all_connections", "--vhost", vhost, "a test closes this")
                try await group.waitForAll()
            }
            #expect(publisher.failure?.code == .connectionLost)
            #expect(publisher.failure?.replyCode == 320)
            #expect(results.others == [], "neither confirmed nor unknown")
            let stored = try await contents(of: queue, broker)
            #expect(results.confirmed.subtracting(stored) == [], "confirmed and lost")
            #expect(results.unknown.count > 0)
            #expect(stored.isSubset(of: results.confirmed.union(results.unknown)))
        }
    }

    private func publishUntilItBreaks(
        _ publisher: AMQPConnection, _ queue: QueueName, _ worker: Int, _ results: Results
    ) async {
        for number in 0... {
            let text = "\(worker)/\(number)"
            let outcome = await publisher.publish(contentsOf: [Publishing(to: queue, text)])
            results.note(text, outcome[0])
            guard outcome[0].isConfirmed else { return }
        }
    }

    /// Everything in the queue. It settles nothing, so it stays there.
    private func contents(of queue: QueueName, _ broker: BrokerFixture) async throws -> Set<String> {
        let connection = try await broker.connect()
        let ready = try await connection.inspect(queue)?.ready ?? 0
        let consumer = try await connection.consume(queue, prefetch: 65535)
        guard ready > 0 else { return [] }
        return Set(try await consumer.take(atLeast: ready).map(\.text))
    }

    @Test("no confirm by the deadline: unknown, and a late confirm hits no neighbour")
    func deadline() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            var configuration = proxy.configuration
            configuration.options.publishTimeout = .milliseconds(300)
            let publisher = try await AMQPConnection.connect(configuration)
            proxy.strike(.stall, .toClient)
            let start = ContinuousClock.now
            let error = await #expect(throws: AMQPError.self) {
                try await publisher.publish(Publishing(to: queue, "slow", id: "slow-1"))
            }
            #expect(ContinuousClock.now - start < .seconds(15), "the default is 30 s")
            #expect(error?.code == .outcomeUnknown)
            #expect((error?.underlyingError as? AMQPError)?.code == .timeout)
            #expect(error?.message.contains("slow-1") == true)
            #expect(publisher.failure == nil)
            proxy.clean()
            let nobody = Publishing(to: QueueName(broker.unique("nobody")), "lost")
            try await eventually("both have their own outcome") {
                let outcomes = await publisher.publish(contentsOf: [nobody, Publishing(to: queue, "quick")])
                let codes = outcomes.map { $0.error(for: nobody)?.code }
                // On a busy machine this may pass the deadline again; but it must never be the neighbour's.
                #expect([.unroutable, .outcomeUnknown].contains(codes[0]))
                #expect([nil, .outcomeUnknown].contains(codes[1]))
                return codes == [.unroutable, nil]
            }
            await publisher.close()
        }
    }

    @Test("what waits for room in the window ends by its deadline, too")
    func deadlineInTheWindow() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            var configuration = proxy.configuration
            configuration.options.publishTimeout = .milliseconds(300)
            configuration.options.maxUnconfirmed = 2
            let publisher = try await AMQPConnection.connect(configuration)
            proxy.strike(.stall, .toClient)
            let publishings = (0..<20).map { Publishing(to: queue, "\($0)") }
            let outcomes = await publisher.publish(contentsOf: publishings)
            for (publishing, outcome) in zip(publishings, outcomes) {
                #expect(outcome.error(for: publishing)?.code == .outcomeUnknown)
            }
            proxy.clean()
            try await eventually("publishing works again") {
                await publisher.publish(contentsOf: [Publishing(to: queue, "afterwards")]).allSatisfy { $0.isConfirmed }
            }
            await publisher.close()
        }
    }

    @Test("the connection is cut: unknown, at once")
    func cut() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            let proxy = try FaultProxy(before: broker.configuration)
            let publisher = try await AMQPConnection.connect(proxy.configuration)
            proxy.strike(.stall, .toClient)
            async let outcomes = publisher.publish(contentsOf: (0..<100).map { Publishing(to: queue, "\($0)") })
            let watcher = try await broker.connect()
            try await eventually("they reached the broker") { try await watcher.inspect(queue)?.ready == 100 }
            proxy.stop()
            let start = ContinuousClock.now
            for outcome in await outcomes {
                #expect(outcome.error(for: Publishing(to: queue, ""))?.code == .outcomeUnknown)
            }
            #expect(ContinuousClock.now - start < .seconds(15), "the default is 30 s")
        }
    }
}

/// What became of each text, noted from many tasks.
private final class Results: Sendable {
    private let state = Mutex<(confirmed: Set<String>, unknown: Set<String>, others: [String])>(([], [], []))

    var confirmed: Set<String> { state.withLock { $0.confirmed } }
    var unknown: Set<String> { state.withLock { $0.unknown } }
    var others: [String] { state.withLock { $0.others } }

    func note(_ text: String, _ outcome: PublishOutcome) {
        state.withLock { state in
            switch outcome {
            case .confirmed: state.confirmed.insert(text)
            case .unknown: state.unknown.insert(text)
            default: state.others.append("\(text): \(outcome)")
            }
        }
    }
}
