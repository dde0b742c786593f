import AMQPBridge

extension Publishing {
    /// Straight to a queue, by the default exchange.
    init(to queue: QueueName, _ text: String, id: String? = nil) {
        var properties = MessageProperties()
        properties.messageID = id
        self.init(
            exchange: "", routingKey: RoutingKey(queue.rawValue), properties: properties, body: Array(text.utf8))
    }
}

extension Delivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension DeliveryConsumer {
    /// The next deliveries, in order, as many as asked for or more (a batch is not split).
    func take(atLeast count: Int) async throws -> [Delivery] {
        var deliveries: [Delivery] = []
        for try await batch in self {
            deliveries += batch
            if deliveries.count >= count { break }
        }
        return deliveries
    }
}

extension AMQPConnection {
    /// Publishes texts to a queue and waits until all are confirmed.
    func fill(_ queue: QueueName, _ texts: [String]) async throws {
        let publishings = texts.map { Publishing(to: queue, $0) }
        for (publishing, outcome) in zip(publishings, await publish(contentsOf: publishings)) {
            if let error = outcome.error(for: publishing) { throw error }
        }
    }
}
