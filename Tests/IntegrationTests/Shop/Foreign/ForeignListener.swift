import Foundation
import ShopRunning

/// An event of ours as a foreign consumer sees it.
struct HeardEvent: Decodable, Sendable {
    struct Properties: Decodable, Sendable {
        var messageId: String?
        var correlationId: String?
        var type: String?
        var appId: String?
        var timestamp: Int?
        var contentType: String?
        var deliveryMode: Int?
    }

    /// The attributes of CloudEvents 1.0, and of `data` what no service of this version knows.
    struct Attributes: Decodable, Sendable {
        var specversion: String
        var id: String
        var source: String
        var type: String
        var subject: String
        var time: String
        var datacontenttype: String?
        var correlationid: String
        var causationid: String?
        var data: News?
    }

    struct News: Decodable, Sendable {
        var warehouse: String?
    }

    var routingKey: String
    var properties: Properties
    var event: Attributes
}

/// A consumer in Python with a queue of its own that hears everything.
struct ForeignListener: Sendable {
    private let process: ChildProcess
    private let output: URL
    private let errors: URL

    /// Listens for as long as the body runs.
    static func with(_ url: String, _ body: (ForeignListener) async throws -> Void) async throws {
        try await TemporaryFolder.with("listener") { folder in
            let listener = try ForeignListener(url, folder)
            do {
                try await waitFor("a foreign consumer that listens") { try listener.lines().first == "listening" }
                try await body(listener)
            } catch {
                await listener.process.end(within: .zero)
                throw CommandFailed(description: "\(error); the listener said: \(listener.complaint)")
            }
            await listener.process.end(within: .zero)
        }
    }

    private init(_ url: String, _ folder: URL) throws {
        output = folder.appending(path: "out")
        errors = folder.appending(path: "err")
        let environment = Command.inherited.merging(["AMQP_URL": url]) { $1 }
        process = try ChildProcess(
            ForeignClient.python, ["-c", Self.script], environment: environment, output: output, errors: errors)
    }

    /// What was heard about an order, once there is as much of it; by routing key.
    func events(of orderID: String, count: Int) async throws -> [String: HeardEvent] {
        let heard = try await waitFor("\(count) events of order \(orderID)") {
            let heard = try events().filter { $0.event.subject == orderID }
            return heard.count >= count ? heard : nil
        }
        return Dictionary(heard.map { ($0.routingKey, $0) }) { first, _ in first }
    }

    /// All that was heard so far.
    func events() throws -> [HeardEvent] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try lines().dropFirst().map { try decoder.decode(HeardEvent.self, from: Data($0.utf8)) }
    }

    /// Whole lines only: the last one may still be being written.
    private func lines() throws -> [Substring] {
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    private var complaint: String {
        (try? Data(contentsOf: errors)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static let script = """
        import json, os, pika
        connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "shop.events", "#")

        def heard(channel, method, properties, body):
            names = ["message_id", "correlation_id", "type", "app_id", "timestamp", "content_type", "delivery_mode"]
            row = {"routing_key": method.routing_key, "event": json.loads(body)}
            row["properties"] = {name: getattr(properties, name) for name in names}
            print(json.dumps(row), flush=True)

        channel.basic_consume(queue, heard, auto_ack=True)
        print("listening", flush=True)
        channel.start_consuming()
        """
}
