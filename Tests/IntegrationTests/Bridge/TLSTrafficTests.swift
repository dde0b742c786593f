import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("Over TLS everything is as without", .timeLimit(.minutes(4)))
struct TLSTrafficTests {
    /// Threads that the system's own pools may start meanwhile. A leak would be twenty and more.
    private static let poolGrowth = 5

    private func withTLS(
        _ body: (BrokerFixture, _ overTLS: AMQPConfiguration) async throws -> Void
    ) async throws {
        try await withBroker { broker in
            try await CertificateAuthority.with { authority in
                let server = try await authority.issue("server", for: "DNS:localhost")
                try await BrokerControl.withTLSPort(server, trusting: authority) { port in
                    let trust = TLSOptions(caFile: authority.certificate)
                    try await body(broker, broker.configuration.byTLS(port: port, trust))
                }
            }
        }
    }

    /// The number, and then as many bytes as it gets: most small, some about a frame, every 250th the largest there is.
    private func body(_ number: Int) -> [UInt8] {
        let size =
            switch number {
            case let n where n.isMultiple(of: 250): 1 << 20
            case let n where n.isMultiple(of: 50): 131_072 - 8 + number % 16
            default: 8 + number % 600
            }
        return withUnsafeBytes(of: UInt64(number).bigEndian, Array.init)
            + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size - 8)
    }

    @Test("10,000 messages with bodies up to 1 MiB, out and in again, byte by byte, in order")
    func tenThousand() async throws {
        try await withTLS { broker, overTLS in
            let queue = try await broker.queue("tls")
            let publisher = try await AMQPConnection.connect(overTLS)
            let receiver = try await AMQPConnection.connect(overTLS)
            let consumer = try await receiver.consume(queue, prefetch: 200)
            async let received: Void = {
                var next = 0
                for try await batch in consumer {
                    for delivery in batch {
                        #expect(delivery.body == body(next), "message \(next)")
                        next += 1
                    }
                    consumer.settle(batch.map(\.tag), .ack)
                    if next == 10_000 { return }
                }
                Issue.record("only \(next) came")
            }()
            for start in stride(from: 0, to: 10_000, by: 100) {
                let publishings = (start..<start + 100).map {
                    Publishing(exchange: "", routingKey: RoutingKey(queue.rawValue), body: body($0))
                }
                let outcomes = await publisher.publish(contentsOf: publishings)
                #expect(outcomes.allSatisfy { $0.isConfirmed })
            }
            try await received
            await receiver.close()
            await publisher.close()
            let watcher = try await broker.connect()
            #expect(try await watcher.inspect(queue)?.ready == 0, "every ack arrived before the goodbye")
        }
    }

    @Test("the broker closes: the reason is told, and no thread and no descriptor is left")
    func lost() async throws {
        try await withTLS { broker, overTLS in
            // The process's own lasting threads start with the first connection.
            await (try await AMQPConnection.connect(overTLS)).close()
            let before = try Resources.count()
            var connections: [AMQPConnection] = []
            for _ in 0..<20 { connections.append(try await AMQPConnection.connect(overTLS)) }
            let vhost = overTLS.endpoints[0].vhost
            try await BrokerControl.ctl("-q", "close_all_connections", "--vhost", vhost, "a test closes this")
            for connection in connections {
                let error = await connection.closed()
                #expect(error.code == .connectionLost)
                #expect(error.message.contains("a test closes this"), "\(error)")
            }
            connections = []
            try await eventually("threads and descriptors are gone", within: .seconds(20)) {
                let now = try Resources.count()
                return now.threads <= before.threads + Self.poolGrowth && now.descriptors <= before.descriptors
            }
        }
    }

    @Test("closed or let go of, nothing is left")
    func letGo() async throws {
        try await withTLS { broker, overTLS in
            await (try await AMQPConnection.connect(overTLS)).close()
            let before = try Resources.count()
            for round in 0..<30 {
                let connection = try await AMQPConnection.connect(overTLS)
                if round.isMultiple(of: 2) { await connection.close() }
            }
            try await eventually("threads and descriptors are gone", within: .seconds(20)) {
                let now = try Resources.count()
                return now.threads <= before.threads + Self.poolGrowth && now.descriptors <= before.descriptors
            }
        }
    }

    @Test("cut without a word, it is lost at once; unconfirmed is unknown")
    func cut() async throws {
        try await withTLS { broker, overTLS in
            let queue = try await broker.queue("cut")
            var proxied = broker.configuration
            proxied.endpoints[0].port = overTLS.endpoints[0].port
            let proxy = try FaultProxy(before: proxied)
            let byProxy = overTLS.endpoints[0]
            var configuration = overTLS
            configuration.endpoints = [byProxy]
            configuration.endpoints[0].port = proxy.configuration.endpoints[0].port
            let publisher = try await AMQPConnection.connect(configuration)
            proxy.strike(.stall, .toClient)
            async let outcome = publisher.publish(contentsOf: [Publishing(to: queue, "1")])
            let watcher = try await broker.connect()
            try await eventually("it reached the broker") { try await watcher.inspect(queue)?.ready == 1 }
            let start = ContinuousClock.now
            proxy.stop()
            #expect(await publisher.closed().code == .connectionLost)
            #expect(await outcome[0].error(for: Publishing(to: queue, "1"))?.code == .outcomeUnknown)
            #expect(ContinuousClock.now - start < .seconds(2) + MachineLateness.shared.worst(since: start))
        }
    }

    @Test("a connection with nothing to do costs next to nothing")
    func idle() async throws {
        try await withTLS { _, overTLS in
            let connection = try await AMQPConnection.connect(overTLS)
            let before = Resources.processorTime()
            try await Task.sleep(for: .seconds(2))
            #expect(Resources.processorTime() - before < .milliseconds(200))
            await connection.close()
        }
    }
}
