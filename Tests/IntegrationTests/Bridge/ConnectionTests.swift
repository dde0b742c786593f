import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A connection comes about, or says at once why not", .timeLimit(.minutes(2)))
struct ConnectionTests {
    /// The fixture's broker, with one thing changed.
    private func changed(_ broker: BrokerFixture, _ change: (inout AMQPEndpoint) -> Void) -> AMQPConfiguration {
        var configuration = broker.configuration
        for index in configuration.endpoints.indices { change(&configuration.endpoints[index]) }
        return configuration
    }

    /// The error of a connection that must fail, and that within the limit. Limits leave room for a busy machine and
    /// stay below the default time-out of 5 s, so that they see whether the test's own was heeded.
    private func failure(
        _ configuration: AMQPConfiguration, within limit: Duration
    ) async -> AMQPError? {
        let start = ContinuousClock.now
        let error = await #expect(throws: AMQPError.self) { _ = try await AMQPConnection.connect(configuration) }
        #expect(ContinuousClock.now - start < limit)
        return error
    }

    @Test("no broker at the port: unreachable, naming host and port")
    func closedPort() async throws {
        let port = try LocalPort(isListening: false)
        defer { port.close() }
        let configuration = AMQPConfiguration(endpoints: [AMQPEndpoint(host: "127.0.0.1", port: port.number)])
        let error = await failure(configuration, within: .seconds(5))
        #expect(error?.code == .unreachable)
        #expect(error?.isRetriable == true)
        #expect(error?.message.contains("127.0.0.1:\(port.number)") == true, "\(error?.message ?? "")")
        #expect(error?.message.lowercased().contains("refused") == true, "\(error?.message ?? "")")
    }

    @Test("no such host: unreachable, naming it")
    func unknownHost() async {
        let configuration = AMQPConfiguration(endpoints: [AMQPEndpoint(host: "no-such-host.invalid")])
        let error = await failure(configuration, within: .seconds(60))
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("no-such-host.invalid") == true)
    }

    @Test("a wrong password is refused quickly, and not repeated")
    func wrongPassword() async throws {
        try await withBroker { broker in
            let error = await failure(changed(broker) { $0.password = "S3CRET" }, within: .seconds(5))
            #expect(error?.code == .credentialsRefused)
            #expect(error?.isRetriable == false)
            #expect(error.map { "\($0)" }?.contains("S3CRET") == false)
        }
    }

    @Test("a vhost that does not exist is refused, by name")
    func wrongVhost() async throws {
        try await withBroker { broker in
            let error = await failure(changed(broker) { $0.vhost = "no-such-vhost" }, within: .seconds(5))
            #expect(error?.code == .vhostRefused)
            #expect(error?.isRetriable == false)
            #expect(error?.message.contains("no-such-vhost") == true)
        }
    }

    @Test("no address at all is a mistake in the configuration")
    func noAddress() async {
        let error = await failure(AMQPConfiguration(endpoints: []), within: .seconds(1))
        #expect(error?.code == .invalidConfiguration)
    }

    @Test("several hosts are tried in turn")
    func severalHosts() async throws {
        let port = try LocalPort(isListening: false)
        defer { port.close() }
        let closed = AMQPEndpoint(host: "127.0.0.1", port: port.number)
        try await withBroker { broker in
            var configuration = broker.configuration
            configuration.endpoints.insert(contentsOf: [closed, closed], at: 0)
            let connection = try await AMQPConnection.connect(configuration)
            #expect(connection.failure == nil)
            await connection.close()
        }
        let other = AMQPEndpoint(host: "localhost", port: port.number)
        let error = await failure(AMQPConfiguration(endpoints: [closed, other]), within: .seconds(10))
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("127.0.0.1:\(port.number)") == true)
        #expect(error?.message.contains("localhost:\(port.number)") == true)
    }

    @Test("a server that accepts and never answers: an error by the deadline")
    func deafServer() async throws {
        let server = try DeafServer()
        defer { server.stop() }
        var configuration = AMQPConfiguration(endpoints: [AMQPEndpoint(host: "127.0.0.1", port: server.port)])
        configuration.options.connectTimeout = .milliseconds(300)
        let error = await failure(configuration, within: .milliseconds(4500))
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
    }

    @Test("a server that speaks something else: an error by the deadline, and the next host is tried or not at all")
    func otherProtocol() async throws {
        let server = try DeafServer(greeting: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        var configuration = AMQPConfiguration(endpoints: [AMQPEndpoint(host: "127.0.0.1", port: server.port)])
        configuration.options.connectTimeout = .milliseconds(300)
        let error = await failure(configuration, within: .milliseconds(4500))
        #expect([.unreachable, .protocolViolation].contains(error?.code))
    }
}
