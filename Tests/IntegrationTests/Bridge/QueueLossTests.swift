import AMQPBridge
import AMQPBridgeTesting
import Logging
import Synchronization
import Testing

@Suite(
    "A queue that was deleted under its service is reported, and nothing else is taken for that",
    .timeLimit(.minutes(2)))
struct QueueLossTests {
    /// Keeps what is logged as an error.
    private struct Errors: LogHandler {
        final class Lines: Sendable {
            let all = Mutex<[String]>([])
        }

        let lines = Lines()
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.error

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }

    @Test("not when only the connections were closed, once when it was deleted")
    func reported() async throws {
        try await BrokerControl.withVirtualHost { name, broker in
            let exchange = ExchangeName(broker.unique("loss"))
            let topology = ServiceTopology(
                service: broker.unique("loser"), exchange: exchange, listensTo: [Parcel.routingKey])
            try await broker.declare(Topology(exchanges: [Exchange(exchange, .topic)]))
            let errors = Errors()
            let bus = RabbitMQEventBus(
                .init(amqp: broker.configuration, topology: topology), encoder: EventEncoder(source: "/test/loser"),
                logger: Logger(label: "loss") { _ in errors })
            bus.on(Parcel.self) { _, _ in [] }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await bus.run() }
                try await eventually("it consumes") { bus.state.obstacles.isEmpty }
                try await BrokerControl.ctl("-q", "close_all_connections", "--vhost", name, "by a test")
                try await eventually("it was cut off") { !bus.state.obstacles.isEmpty }
                try await eventually("it is back") { bus.state.obstacles.isEmpty }
                #expect(errors.lines.all.withLock { $0 } == [])
                try await broker.connect().delete(topology.inQueue)
                try await eventually("it says so") { !errors.lines.all.withLock { $0.isEmpty } }
                try await eventually("it is back") { bus.state.obstacles.isEmpty }
                let lines = errors.lines.all.withLock { $0 }
                #expect(lines.count == 1 && lines[0].hasPrefix("The queue was deleted"))
                #expect(lines.first?.contains(topology.inQueue.rawValue) == true)
                group.cancelAll()
            }
        }
    }
}
