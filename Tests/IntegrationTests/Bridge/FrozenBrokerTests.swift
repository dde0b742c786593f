import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopRunning
import Testing

@Suite("A broker that stands still holds nobody past the deadline", .timeLimit(.minutes(3)))
struct FrozenBrokerTests {
    private static let limit = Duration.seconds(1)

    /// The broker's process stands still for the time of the body.
    private func whileFrozen(_ body: () async throws -> Void) async throws {
        let answer = try await BrokerControl.ctl("-q", "eval", "os:getpid().")
        let pid = try #require(pid_t(answer.filter(\.isNumber)))
        #expect(kill(pid, SIGSTOP) == 0)
        defer { kill(pid, SIGCONT) }
        try await body()
    }

    private func configured(_ broker: AMQPConfiguration, heartbeat: Duration) -> AMQPConfiguration {
        var configuration = broker
        configuration.options.connectTimeout = Self.limit
        configuration.options.callTimeout = Self.limit
        configuration.options.publishTimeout = Self.limit
        configuration.options.heartbeat = heartbeat
        return configuration
    }

    /// Runs a call that must fail by its deadline.
    private func expectEnd(
        of what: String, within limit: Duration = Self.limit, _ call: () async throws -> Void
    ) async {
        let start = ContinuousClock.now
        await #expect(throws: AMQPError.self, "\(what)") { try await call() }
        let took = ContinuousClock.now - start
        #expect(took < limit + MachineLateness.grace(since: start), "\(what) took \(took)")
    }

    private typealias Call = (name: String, run: @Sendable (AMQPConnection) async throws -> Void)

    private static let calls: [Call] = [
        ("publish", { try await $0.publish(Publishing(exchange: "", routingKey: "nobody", body: [1])) }),
        ("declare", { try await $0.declare(Queue("frozen", type: .classic)) }),
        ("inspect", { _ = try await $0.inspect("frozen") }),
        ("bind", { try await $0.bind(Binding("frozen", to: "x", key: "k")) }),
        ("consume", { _ = try await $0.consume("frozen", prefetch: 1) }),
    ]

    @Test("every call, before the heartbeat has noticed and long after", arguments: [30, 1])
    func calls(heartbeat: Int) async throws {
        let broker = try BrokerFixture()
        let configuration = configured(broker.configuration, heartbeat: .seconds(heartbeat))
        var connections: [AMQPConnection] = []
        for _ in 0...Self.calls.count { connections.append(try await AMQPConnection.connect(configuration)) }
        try await whileFrozen {
            if heartbeat == 1 { try await Task.sleep(for: .seconds(4)) }
            for (connection, call) in zip(connections, Self.calls) {
                await expectEnd(of: call.name) { try await call.run(connection) }
                let start = ContinuousClock.now
                await connection.close()
                #expect(
                    ContinuousClock.now - start < Self.limit + MachineLateness.grace(since: start),
                    "closing after \(call.name)")
            }
            let start = ContinuousClock.now
            await connections[Self.calls.count].close()
            #expect(ContinuousClock.now - start < Self.limit + MachineLateness.grace(since: start), "closing")
            await expectEnd(of: "connect", within: Self.limit * 2) {
                _ = try await AMQPConnection.connect(configuration)
            }
        }
        try await eventually("the broker is back", within: .seconds(20)) {
            (try? await AMQPConnection.connect(broker.configuration))?.failure == nil
        }
    }

    @Test("with sockets full of what it does not take", arguments: [false, true])
    func fullSocket(usesTLS: Bool) async throws {
        let broker = try BrokerFixture()
        try await CertificateAuthority.with { authority in
            let server = try await authority.issue("server", for: "DNS:localhost")
            try await BrokerControl.withTLSPort(server, trusting: authority) { port in
                let trust = TLSOptions(caFile: authority.certificate)
                try await fillWhileFrozen(
                    configured(
                        usesTLS ? broker.configuration.byTLS(port: port, trust) : broker.configuration,
                        heartbeat: .seconds(30)))
            }
        }
    }

    private func fillWhileFrozen(_ configuration: AMQPConfiguration) async throws {
        let connection = try await AMQPConnection.connect(configuration)
        let megabyte = Publishing(exchange: "", routingKey: "nobody", body: [UInt8](repeating: 1, count: 1 << 20))
        try await whileFrozen {
            let before = try Resources.count().descriptors
            let processor = Resources.processorTime()
            let start = ContinuousClock.now
            let outcomes = await connection.publish(contentsOf: (0..<30).map { _ in megabyte })
            #expect(ContinuousClock.now - start < Self.limit + MachineLateness.grace(since: start))
            for outcome in outcomes { #expect(outcome.error(for: megabyte)?.code == .outcomeUnknown) }
            #expect(connection.failure == nil, "slow is not dead yet")
            await expectEnd(of: "declare") { try await connection.declare(Queue("frozen", type: .classic)) }
            #expect(connection.failure?.code == .timeout)
            let closing = ContinuousClock.now
            await connection.close()
            #expect(ContinuousClock.now - closing < MachineLateness.grace(since: closing))
            // A full socket must not be asked over and over whether it has room.
            #expect(Resources.processorTime() - processor < .seconds(1))
            // The connection is still in hand and keeps its own. A relay that is gone has closed its two.
            let relay = configuration.endpoints[0].usesTLS ? 2 : 0
            try await eventually("the relay is gone, though the broker still stands", within: .seconds(5)) {
                try Resources.count().descriptors <= before - relay
            }
        }
    }
}
