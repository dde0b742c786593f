import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A connection that has ended says so to everybody", .timeLimit(.minutes(2)))
struct ConnectionEndTests {
    @Test("closing twice is closing once")
    func closeTwice() async throws {
        try await withBroker { broker in
            let connection = try await broker.connect()
            #expect(connection.failure == nil)
            await connection.close()
            await connection.close()
            #expect(connection.failure?.code == .closed)
            #expect(await connection.closed().code == .closed)
        }
    }

    @Test("every call after close throws")
    func callsAfterClose() async throws {
        try await withBroker { broker in
            let connection = try await broker.connect()
            let queue = QueueName(broker.unique("queue"))
            await connection.close()
            let publishing = Publishing(to: queue, "late", id: "late-1")
            let calls: [(String, () async throws -> Void)] = [
                ("declare", { try await connection.declare(Queue(queue, type: .classic)) }),
                ("inspect", { _ = try await connection.inspect(queue) }),
                ("bind", { try await connection.bind(Binding(queue, to: "x", key: "k")) }),
                ("delete", { try await connection.delete(queue) }),
                ("consume", { _ = try await connection.consume(queue, prefetch: 1) }),
            ]
            for (name, call) in calls {
                let error = await #expect(throws: AMQPError.self, "\(name)") { try await call() }
                #expect(error?.code == .closed, "\(name)")
            }
            let error = await #expect(throws: AMQPError.self) { try await connection.publish(publishing) }
            #expect((error?.underlyingError as? AMQPError)?.code == .closed)
            #expect(error?.message.contains("late-1") == true)
            #expect(await connection.publish(contentsOf: [publishing, publishing]).count == 2)
        }
    }

    @Test("a peer that died without a word is noticed after two heartbeats")
    func silentPeer() async throws {
        try await withBroker { broker in
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            var configuration = proxy.configuration
            configuration.options.heartbeat = .seconds(1)
            let connection = try await AMQPConnection.connect(configuration)
            proxy.strike(.stall, .toClient)
            try await eventually("the connection ended", within: .seconds(8)) { connection.failure != nil }
            #expect(connection.failure?.code == .connectionLost)
        }
    }

    @Test("a peer that sends heartbeats and answers nothing is noticed, too")
    func deafPeer() async throws {
        let server = try ScriptedServer { moment, honest in
            moment == .method(.flow) ? .endlessly(AMQPBytes.heartbeat) : .bytes(honest)
        }
        defer { server.stop() }
        var configuration = AMQPConfiguration(endpoints: [server.endpoint])
        configuration.options.heartbeat = .seconds(1)
        let connection = try await AMQPConnection.connect(configuration)
        try await eventually("the connection ended", within: .seconds(10)) { connection.failure != nil }
        #expect(connection.failure?.code == .connectionLost)
        #expect(connection.failure?.message.contains("no answer") == true)
    }

    @Test("heartbeats keep an idle connection alive")
    func idle() async throws {
        try await withBroker { broker in
            let connection = try await broker.connect { $0.heartbeat = .seconds(1) }
            await #expect(
                throws: AMQPError.self, "the idle connection ended: \(String(describing: connection.failure))"
            ) {
                try await eventually("the connection ended", within: .seconds(5)) { connection.failure != nil }
            }
            #expect(try await connection.inspect("no-such-queue") == nil)
        }
    }

    @Test("a call that is never answered ends by its deadline, and the connection with it")
    func callTimeout() async throws {
        try await withBroker { broker in
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            var configuration = proxy.configuration
            configuration.options.callTimeout = .milliseconds(300)
            let connection = try await AMQPConnection.connect(configuration)
            proxy.strike(.stall, .toClient)
            let start = ContinuousClock.now
            let error = await #expect(throws: AMQPError.self) { _ = try await connection.inspect("queue") }
            #expect(error?.code == .timeout)
            #expect(ContinuousClock.now - start < .seconds(8), "the default is 10 s")
            #expect(connection.failure?.code == .timeout)
        }
    }

    @Test("a connection that is cut ends as lost, and closing it then is quick")
    func cut() async throws {
        try await withBroker { broker in
            let proxy = try FaultProxy(before: broker.configuration)
            let connection = try await AMQPConnection.connect(proxy.configuration)
            proxy.stop()
            #expect(await connection.closed().code == .connectionLost)
            await connection.close()
            #expect(connection.failure?.code == .connectionLost)
        }
    }

    @Test("cancelling a wait for the end ends the wait, not the connection")
    func cancelledWait() async throws {
        try await withBroker { broker in
            let connection = try await broker.connect()
            let wait = Task { await connection.closed() }
            wait.cancel()
            #expect(await wait.value.code == .cancelled)
            #expect(try await connection.inspect("no-such-queue") == nil)
        }
    }

    @Test("connections that were let go of leave no thread and no descriptor behind")
    func nothingLeft() async throws {
        try await withBroker { broker in
            let before = try Resources.count()
            for round in 0..<100 {
                let connection = try await AMQPConnection.connect(broker.configuration)
                // Every other one is not even closed.
                if round.isMultiple(of: 2) { await connection.close() }
            }
            // Other tests run at the same time; a leak would be 100 threads and 300 descriptors.
            try await eventually("threads and descriptors are gone") {
                let now = try Resources.count()
                return now.threads < before.threads + 60 && now.descriptors < before.descriptors + 150
            }
        }
    }
}
