import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("Whatever happens to the path, every call ends by its deadline and tells the truth", .timeLimit(.minutes(30)))
struct CallsUnderFaultTests {
    struct Case: CustomTestStringConvertible {
        var fault: FaultProxy.Fault
        var direction: FaultProxy.Direction
        /// Bytes that pass before the fault; of a clean life there are about 700 in either direction.
        var position: Int

        var testDescription: String { "\(fault.rawValue) \(direction.rawValue) after \(position) bytes" }
    }

    /// Every fault in both directions: at the first byte, and at places that the seed chooses.
    static let cases: [Case] = {
        var random = SeededGenerator(seed: 1)
        var cases: [Case] = []
        for fault in FaultProxy.Fault.allCases {
            for direction in FaultProxy.Direction.allCases {
                let isOnePlaceEnough = fault == .trickle || fault == .throttle
                let count = isOnePlaceEnough ? 0 : Thorough.isWanted ? 24 : 1
                cases.append(Case(fault: fault, direction: direction, position: 0))
                for _ in 0..<count {
                    let position = Int.random(in: 1..<900, using: &random)
                    cases.append(Case(fault: fault, direction: direction, position: position))
                }
            }
        }
        return cases
    }()

    @Test("connect, declare, publish, consume, close", arguments: cases)
    func life(_ fault: Case) async throws {
        try await withBroker { broker in
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            let queue = QueueName(broker.unique("wire"))
            proxy.strike(fault.fault, fault.direction, after: fault.position)
            var calls = WireCalls()
            let confirmed = await live(through: proxy, queue, &calls)
            #expect(calls.overruns == [])
            for failure in calls.failures { #expect(failure.isRetriable, "\(failure)") }
            #expect(try await missing(confirmed, in: queue, broker) == [], "confirmed and lost")
            try await liveAgain(through: proxy, broker)
        }
    }

    /// Returns the texts that were confirmed.
    private func live(through proxy: FaultProxy, _ queue: QueueName, _ calls: inout WireCalls) async -> [String] {
        var configuration = proxy.configuration
        configuration.options = WireCalls.options(configuration.options)
        let target = configuration
        let timeout = WireCalls.timeout
        // Connecting has its time, and the login the same again.
        let made = await calls.call("connect", within: timeout * 2) { () async throws(AMQPError) in
            try await AMQPConnection.connect(target)
        }
        guard let connection = made else { return [] }
        _ = await calls.call("declare", within: timeout) { () async throws(AMQPError) in
            try await connection.declare(Queue(queue, type: .classic))
        }
        var confirmed: [String] = []
        for number in 0..<3 {
            let text = "\(number)"
            let isConfirmed: Void? = await calls.call("publish", within: timeout) { () async throws(AMQPError) in
                try await connection.publish(Publishing(to: queue, text))
            }
            if isConfirmed != nil { confirmed.append(text) }
        }
        _ = await calls.call("consume", within: timeout) { () async throws(AMQPError) in
            try await connection.consume(queue, prefetch: 1)
        }
        _ = await calls.call("close", within: timeout * 3) { () async throws(AMQPError) in await connection.close() }
        return confirmed
    }

    /// What is not in the queue although it should be. The consumer above settled nothing.
    private func missing(_ texts: [String], in queue: QueueName, _ broker: BrokerFixture) async throws -> [String] {
        guard !texts.isEmpty else { return [] }
        let connection = try await broker.connect()
        let consumer = try await connection.consume(queue, prefetch: 100)
        var stored: Set<String> = []
        // What a broken connection had in hand comes back when the broker has noticed that it is gone.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Task.sleep(for: .seconds(20))
                await connection.close()
            }
            for try await batch in consumer {
                stored.formUnion(batch.map(\.text))
                if stored.isSuperset(of: texts) { break }
            }
            group.cancelAll()
        }
        return texts.filter { !stored.contains($0) }
    }

    private func liveAgain(through proxy: FaultProxy, _ broker: BrokerFixture) async throws {
        proxy.clean()
        let connection = try await AMQPConnection.connect(proxy.configuration)
        let queue = try await broker.queue()
        try await connection.publish(Publishing(to: queue, "the next connection is as good as any"))
        await connection.close()
        #expect(connection.failure?.code == .closed)
    }

    @Test("a path that refuses connections is unreachable at once, and reachable when it takes them again")
    func refused() async throws {
        try await withBroker { broker in
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            proxy.refuse()
            var calls = WireCalls()
            for _ in 0..<3 {
                _ = await calls.call("connect", within: .milliseconds(250)) { () async throws(AMQPError) in
                    try await AMQPConnection.connect(proxy.configuration)
                }
            }
            #expect(calls.overruns == [])
            #expect(calls.failures.map(\.code) == [.unreachable, .unreachable, .unreachable])
            try await liveAgain(through: proxy, broker)
        }
    }
}
