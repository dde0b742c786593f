import AMQPBridge
import Glibc
import Measure

/// What every case sends, and where from and to: as in Benchmarks/RawC.
enum Message {
    static let window = 256
    static let bodySize = 512
    static let queue: QueueName = "bench.in"

    /// To be given an id. As in C, one is used again for the next message.
    static let template: Publishing = {
        var properties = MessageProperties()
        properties.contentType = "text/plain"
        return Publishing(
            exchange: "bench.events", routingKey: "bench.message", properties: properties,
            body: Array(repeating: UInt8(ascii: "x"), count: bodySize))
    }()

    /// Looks at the body, as a handler would.
    static func check(_ delivery: Delivery) throws {
        guard delivery.body.count == bodySize else {
            throw Wrong(description: "received \(delivery.body.count) bytes, expected \(bodySize)")
        }
    }

    /// The broker of `AMQP_URL`.
    static func broker() throws -> AMQPConfiguration {
        try AMQPConfiguration(urls: getenv("AMQP_URL").map { String(cString: $0) } ?? "")
    }
}
