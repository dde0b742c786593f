import Foundation

// What somebody with another client does to the shop's queues.
extension ForeignClient {
    /// Takes the next message of a queue, when it comes, and rejects it for good.
    static func rejectNext(of queue: String, at url: String) async throws {
        try await run(rejecting, url, input: Data(queue.utf8))
    }

    /// Puts a second copy of a service's only dead letter beside it, with everything the broker noted.
    static func copyDeadLetter(of service: String, at url: String) async throws {
        try await run(copying, url, input: Data(service.utf8))
    }

    private static let rejecting = """
        import os, pika, sys
        connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
        channel = connection.channel()
        for method, properties, body in channel.consume(sys.stdin.read(), inactivity_timeout=30):
            channel.basic_reject(method.delivery_tag, requeue=False)
            break
        connection.close()
        """

    private static let copying = """
        import os, pika, sys
        service = sys.stdin.read()
        connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
        channel = connection.channel()
        channel.confirm_delivery()
        method, properties, body = channel.basic_get(service + ".dead")
        channel.basic_publish(service + ".rt", "dead", body, properties, mandatory=True)
        connection.close()
        """
}
