import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopRunning
import Testing

/// The other end is pika, RabbitMQ's Python client (Debian: python3-pika).
@Suite("Clients in other languages and ours understand each other", .timeLimit(.minutes(2)))
struct ForeignClientTests {
    /// Runs one of the scripts in Tests/ForeignClients.
    private func python(
        _ script: String, _ arguments: [String], input: String = "", broker: BrokerFixture
    ) async throws -> String {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let path = tests.appendingPathComponent("ForeignClients/\(script)").standardized.path
        // The password is in it: by the environment, where `ps` does not show it.
        let environment = ["BROKER_URL": try #require(broker.configuration.endpoints.first).url]
        return try await Shell.run(
            "/usr/bin/python3", [path] + arguments, input: input, environment: environment)
    }

    @Test("pika writes an event by hand, our consumer reads it")
    func foreignPublisher() async throws {
        let event = """
            {"specversion": "1.0", "id": "0197", "source": "/elsewhere", "type": "shop.order.place.v1",
             "data": {"order_id": "o-1", "customer": {"name": "Käthe"}, "lines": [{"sku": "ß", "quantity": 2}]}}
            """
        try await withBroker { broker in
            let exchange = Exchange(ExchangeName(broker.unique("events")), .topic)
            let queue = Queue(QueueName(broker.unique("order")), type: .quorum)
            let binding = Binding(queue.name, to: exchange.name, key: "order.*")
            try await broker.declare(Topology(exchanges: [exchange], queues: [queue], bindings: [binding]))
            let consumer = try await broker.connect().consume(queue.name, prefetch: 10)
            _ = try await python(
                "publish.py", [exchange.name.rawValue, "order.place", "0197"], input: event, broker: broker)
            let delivery = try #require(try await consumer.take(atLeast: 1).first)
            consumer.settle(delivery.tag, .ack)
            #expect(delivery.text == event)
            #expect(delivery.routingKey == "order.place")
            #expect(delivery.exchange == exchange.name)
            #expect(delivery.properties.contentType == "application/cloudevents+json")
            #expect(delivery.properties.messageID == "0197")
            #expect(delivery.properties.timestamp == 1_700_000_000)
            #expect(delivery.properties.isPersistent)
            let headers: AMQPTable = [
                "attempt": 3, "name": "käse", "ok": true, "nothing": .null, "list": .array([1, "two"]),
                "table": .table(["a": .table(["b": 1])]),
            ]
            #expect(delivery.properties.headers == headers)
        }
    }

    @Test("we publish an event, pika reads it")
    func foreignConsumer() async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            var publishing = Publishing(to: queue, #"{"id": "0198", "data": {"name": "Käthe 日本"}}"#, id: "0198")
            publishing.properties.contentType = "application/cloudevents+json"
            publishing.properties.timestamp = 1_700_000_000
            publishing.properties.headers = ["attempt": 2, "name": "käse", "list": .array([true, "two"])]
            let connection = try await broker.connect()
            try await connection.publish(publishing)
            let output = try await python("consume.py", [queue.rawValue], broker: broker)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let seen = try decoder.decode(Seen.self, from: Data(output.utf8))
            #expect(Array(seen.body.utf8) == publishing.body)
            #expect(seen.routingKey == queue.rawValue)
            #expect(seen.contentType == "application/cloudevents+json")
            #expect(seen.messageId == "0198")
            #expect(seen.deliveryMode == 2)
            #expect(seen.timestamp == 1_700_000_000)
            #expect(seen.headers.attempt == 2)
            #expect(seen.headers.name == "käse")
            #expect(output.contains(#""list": [true, "two"]"#))
            try await eventually("pika's ack arrived") { try await connection.inspect(queue)?.ready == 0 }
        }
    }

    /// What the script prints.
    private struct Seen: Decodable {
        struct Headers: Decodable {
            var attempt: Int
            var name: String
        }

        var body: String
        var routingKey: String
        var contentType: String
        var messageId: String
        var deliveryMode: Int
        var timestamp: Int
        var headers: Headers
    }

    @Test("headers nested as deep as a frame allows do not bring the process down", arguments: [10, 100, 1000, 18_000])
    func deepHeaders(depth: Int) async throws {
        try await withBroker { broker in
            let queue = try await broker.queue()
            _ = try await python("deep_headers.py", [queue.rawValue, "\(depth)"], broker: broker)
            let connection = try await broker.connect()
            let delivery = try #require(try await connection.consume(queue, prefetch: 1).take(atLeast: 1).first)
            #expect(delivery.text == "deep")
            var levels = 0
            var headers = delivery.properties.headers
            while case .table(let inner)? = headers["t"] {
                headers = inner
                levels += 1
            }
            #expect(levels == min(depth, 16), "what is deeper is cut off")
        }
    }
}

extension AMQPEndpoint {
    /// As an address, for programs that take nothing else. It holds the password.
    fileprivate var url: String {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        return "amqp://\(encoded(user)):\(encoded(password))@\(host):\(port)/\(encoded(vhost))"
    }
}
