import AMQPBridge
import Ledger
import Logging
import Measure

/// One of the four services.
enum Role: String {
    case order, inventory, shipping, notify

    static let exchange: ExchangeName = "bench.chain"

    /// Lets so many orders pass; returns the line of figures.
    func run(_ count: Int, _ rate: Int, _ settings: Settings) async throws -> String {
        let topology = ServiceTopology(
            service: "bench-\(rawValue)", exchange: Self.exchange, listensTo: listensTo, queueType: settings.queueType)
        try await prepare(topology, settings.amqp)
        let logger = Logger(label: rawValue)
        let encoder = EventEncoder(source: "/bench/\(rawValue)")
        let ledger = try EventLedger(
            path: settings.database, migrations: migrations, encoder: encoder, logger: logger)
        let arrivals = Arrivals(count: count, handler: ledger)
        register(on: ledger)
        let bus = RabbitMQEventBus(
            RabbitMQEventBus.Configuration(amqp: settings.amqp, topology: topology), encoder: encoder, logger: logger)
        bus.on([OrderCreated.self, InventoryUpdated.self, ShippingStarted.self], batch: arrivals)
        let line = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            try await settings.wait { bus.state.obstacles.isEmpty }
            try settings.sayReady()
            if self == .order { try await settings.started() }
            let begin = monotonicNanoseconds()
            let measured = try await Measured.measure {
                if self == .order {
                    try await Placing(ledger: ledger, count: count, rate: rate).run()
                } else {
                    try await arrivals.all()
                }
                await ledger.drain(until: .now + .seconds(60))
            }
            let end = monotonicNanoseconds()
            group.cancelAll()
            return measured.roleLine(rawValue, who: "AMQPBridge", messages: count, begin: begin, end: end)
        }
        if self == .notify { try arrivals.writeLatencies() }
        return line
    }

    private var listensTo: [RoutingKey] {
        switch self {
        case .order: []
        case .inventory: [OrderCreated.routingKey]
        case .shipping: [InventoryUpdated.routingKey]
        case .notify: [ShippingStarted.routingKey]
        }
    }

    /// What an earlier round left is not this one's.
    private func prepare(_ topology: ServiceTopology, _ amqp: AMQPConfiguration) async throws {
        let connection = try await AMQPConnection.connect(amqp)
        for queue in topology.own.queues { try await connection.delete(queue.name) }
        try await connection.declare(topology.shared)
        await connection.close()
    }
}
