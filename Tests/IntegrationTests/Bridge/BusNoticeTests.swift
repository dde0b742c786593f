import AMQPBridge
import AMQPBridgeTesting
import Logging
import ServiceLifecycle
import Testing

/// A bus finds out by itself that its broker has gone silent, whatever its handlers do.
@Suite("A silent broker is noticed within two heartbeats, whatever the handlers do", .timeLimit(.minutes(2)))
struct BusNoticeTests {
    @Test("in the middle of a handler that takes ten minutes")
    func longHandler() async throws {
        try await withBroker { broker in
            let exchange = ExchangeName(broker.unique("notice"))
            let topology = ServiceTopology(
                service: broker.unique("slow"), exchange: exchange, listensTo: [Parcel.routingKey])
            try await broker.declare(Topology(exchanges: [Exchange(exchange, .topic)]))
            try await broker.declare(topology.own)
            let proxy = try FaultProxy(before: broker.configuration)
            defer { proxy.stop() }
            var amqp = proxy.configuration
            amqp.options.heartbeat = .seconds(1)
            amqp.options.connectTimeout = .seconds(1)
            let bus = RabbitMQEventBus(
                .init(amqp: amqp, topology: topology), encoder: EventEncoder(source: "/test/slow"),
                logger: Logger(label: "notice") { _ in SwiftLogNoOpLogHandler() })
            let calls = Calls()
            bus.on(Parcel.self) { parcel, context in
                calls.note(parcel, context)
                if calls.count == 1 { try await Task.sleep(for: .seconds(600)) }
                return []
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await bus.run() }
                let publisher = try await broker.connect()
                try await publisher.publish(
                    EventEncoder(source: "/test/customer").encode(Parcel(1)).publishing(to: exchange))
                try await eventually("the handler runs") { calls.count == 1 && bus.state.obstacles.isEmpty }
                proxy.strike(.stall, .toClient)
                let start = ContinuousClock.now
                try await eventually("both connections are given up", within: .seconds(10)) {
                    bus.state.obstacles.count == 2
                }
                #expect(
                    ContinuousClock.now - start < .seconds(3) + MachineLateness.shared.worst(since: start),
                    "two heartbeats, and one for the tests' machine")
                proxy.clean()
                try await eventually("it is back, beside the handler") {
                    bus.state.obstacles.isEmpty
                }
                #expect(calls.count == 1, "its successor waits: events of one key never run at the same time")
                group.cancelAll()
            }
        }
    }
}
