import AMQPBridge

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
}
