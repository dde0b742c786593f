import AMQPBridge
import AMQPBridgeTesting

/// A service's queues on the real broker, with a name of its own, and letters in them.
struct DeadLetterFixture {
    let broker: BrokerFixture
    let topology: ServiceTopology
    /// For whatever the test does beside what it tries.
    let connection: AMQPConnection

    static func with(
        _ type: QueueType, ladder: RetryLadder = RetryLadder(steps: []), on given: BrokerFixture? = nil,
        _ body: (DeadLetterFixture) async throws -> Void
    ) async throws {
        if let given { return try await body(try await DeadLetterFixture(type, ladder, given)) }
        try await withBroker { try await body(try await DeadLetterFixture(type, ladder, $0)) }
    }

    private init(_ type: QueueType, _ ladder: RetryLadder, _ broker: BrokerFixture) async throws {
        self.broker = broker
        topology = ServiceTopology(
            service: broker.unique("depot"), exchange: ExchangeName(broker.unique("events")),
            listensTo: ["parcel.sent"], queueType: type, ladder: ladder)
        try await broker.declare(topology.shared)
        try await broker.declare(topology.own)
        connection = try await broker.connect()
    }

    var service: String { topology.service }
    /// Whom the broker knows this client as.
    var user: String { broker.configuration.endpoints.first?.user ?? "" }
    var letters: DeadLetters { DeadLetters(broker.configuration) }

    func letters(_ change: (inout AMQPConfiguration.Options) -> Void) -> DeadLetters {
        var configuration = broker.configuration
        change(&configuration.options)
        return DeadLetters(configuration)
    }

    /// Letters as the bridge makes them.
    func put(
        _ ids: some Sequence<String>, type: String = "test.parcel.sent.v1", error: String = "the milk is spilt",
        failed: RFC3339Time = .now, headers: AMQPTable = [:], body: [UInt8] = [1, 2, 3]
    ) async throws {
        let reason: AMQPTable = [
            "amqpbridge-service": .string(service), "amqpbridge-exchange": .string(topology.exchange.rawValue),
            "amqpbridge-routing-key": "parcel.sent", "amqpbridge-attempt": 5, "amqpbridge-error-type": "Spilt",
            "amqpbridge-error": .string(error), "amqpbridge-first-failed": .string(failed.description),
            "amqpbridge-last-failed": .string(failed.description),
        ]
        try await publish(
            ids.map { id in
                var publishing = event(id, type: type, body: body)
                publishing.exchange = topology.returnExchange
                publishing.routingKey = "dead"
                publishing.properties.headers = reason.merging(headers) { $1 }
                return publishing
            })
    }

    func event(_ id: String, type: String = "test.parcel.sent.v1", body: [UInt8] = [1, 2, 3]) -> Publishing {
        var properties = MessageProperties()
        properties.messageID = id
        properties.type = type
        return Publishing(
            exchange: topology.exchange, routingKey: "parcel.sent", properties: properties, body: body)
    }

    func publish(_ publishings: [Publishing]) async throws {
        for (publishing, outcome) in zip(publishings, await connection.publish(contentsOf: publishings)) {
            if let error = outcome.error(for: publishing) { throw error }
        }
    }

    // MARK: What is where

    func ready(_ queue: QueueName) async throws -> Int? { try await connection.inspect(queue)?.ready }

    /// Waits until so many messages lie in the queue; what a closed connection held takes a moment to come back.
    func waitUntil(_ queue: QueueName, holds count: Int) async throws {
        try await eventually("'\(queue)' holds \(count)") { try await ready(queue) == count }
    }

    /// Takes everything out of the service's own queue.
    func takeArrived() async throws -> [Delivery] { try await takeAll(topology.inQueue) }

    func takeAll(_ queue: QueueName) async throws -> [Delivery] {
        guard let count = try await ready(queue), count > 0 else { return [] }
        let reader = try await broker.connect()
        let consumer = try await reader.consume(queue, prefetch: UInt16(clamping: count))
        let deliveries = try await consumer.take(atLeast: count)
        consumer.settle(deliveries.map(\.tag), .ack)
        await reader.close()
        return deliveries
    }
}

extension DeadLetterResult {
    var id: String { letter.eventID ?? "none" }
}

extension [Delivery] {
    var ids: [String] { map { $0.properties.messageID ?? "none" } }
}
