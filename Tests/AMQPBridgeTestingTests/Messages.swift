import AMQPBridge
import AMQPBridgeTesting

extension Publishing {
    /// Straight to a queue, by the default exchange.
    init(to queue: QueueName, _ text: String) {
        self.init(exchange: "", routingKey: RoutingKey(queue.rawValue), body: Array(text.utf8))
    }
}

extension Delivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension DeliveryConsumer {
    /// Everything that is in hand and nobody has taken. What a broker in memory delivers is there at once.
    func takeAll() async throws -> [Delivery] {
        for try await batch in self { return batch }
        return []
    }
}

extension InMemoryBroker {
    /// A queue, with texts in it.
    func queue(
        _ name: QueueName, _ type: QueueType = .classic, _ arguments: AMQPTable = [:], holding texts: [String] = []
    ) throws {
        try declare(Topology(queues: [Queue(name, type: type, arguments: arguments)]))
        fill(name, texts)
    }

    func fill(_ queue: QueueName, _ texts: [String]) {
        for text in texts { publish(Publishing(to: queue, text)) }
    }

    func texts(in queue: QueueName) -> [String]? {
        messages(in: queue)?.map { String(decoding: $0.body, as: UTF8.self) }
    }

    func consume(
        _ queue: QueueName, prefetch: UInt16 = 100, isExclusive: Bool = false
    ) async throws -> (connection: any BrokerConnection, consumer: DeliveryConsumer) {
        let connection = try connect(named: "consume")
        let consumer = try await connection.consume(queue, prefetch: prefetch, isExclusive: isExclusive)
        return (connection, consumer)
    }
}

extension PublishOutcome {
    /// `confirmed`, `nacked`, `unroutable`, or the code of what is unknown.
    var word: String {
        if case .unknown(let error) = self { error.code.description } else { "\(self)" }
    }
}
