import Foundation
import ShopRunning

/// A message as somebody writes it by hand who has never seen our library.
struct ForeignMessage: Encodable, Sendable {
    var routingKey = "order.place"
    var body: Data
    var contentType: String? = "application/cloudevents+json"
    var type: String?
    var messageId: String? = UUID().uuidString.lowercased()

    init(_ body: Data) { self.body = body }
    init(_ text: String) { body = Data(text.utf8) }
}

/// Python with pika, as Debian has it.
enum ForeignClient {
    static let python = URL(filePath: "/usr/bin/python3")

    /// Sends them, each confirmed and routed.
    static func publish(_ messages: ForeignMessage..., to url: String) async throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try await run(publishing, url, input: try encoder.encode(messages))
    }

    /// Declares a durable queue.
    static func declareQueue(_ name: String, arguments: [String: String] = [:], at url: String) async throws {
        try await run(declaring, url, input: try JSONEncoder().encode([["name": name], arguments]))
    }

    /// The data of a command to place an order.
    static func order(_ id: String, lines: String, email: String = "ada@example.org") -> String {
        #"{"order_id": "\#(id)", "customer": {"name": "Ada", "email": "\#(email)"}, "ship_to": "1 Main St", "#
            + #""currency": "EUR", "lines": \#(lines)}"#
    }

    /// The command around that data.
    static func event(_ data: String, type: String = "shop.order.place.v1", subject: String = "by-hand") -> String {
        #"{"specversion": "1.0", "id": "\#(UUID().uuidString)", "source": "/by/hand", "type": "\#(type)", "#
            + #""subject": "\#(subject)", "time": "\#(Date.now.formatted(.iso8601))", "data": \#(data)}"#
    }

    static func run(_ script: String, _ url: String, input: Data) async throws {
        let command = Command(
            executable: python, arguments: ["-c", script], environment: ["AMQP_URL": url], input: input)
        _ = try await command.run().checked()
    }

    private static let publishing = """
        import base64, json, os, pika, sys
        connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
        channel = connection.channel()
        channel.confirm_delivery()
        for message in json.load(sys.stdin):
            properties = pika.BasicProperties(
                content_type=message.get("content_type"), type=message.get("type"),
                message_id=message.get("message_id"), delivery_mode=2)
            channel.basic_publish(
                "shop.events", message["routing_key"], base64.b64decode(message["body"]), properties, mandatory=True)
        connection.close()
        """

    private static let declaring = """
        import json, os, pika, sys
        connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
        queue, arguments = json.load(sys.stdin)
        connection.channel().queue_declare(queue["name"], durable=True, arguments=arguments)
        connection.close()
        """
}
