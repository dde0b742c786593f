/// One frame from the broker, in Swift values.
package enum Frame {
    case method(channel: UInt16, Method)
    case header(channel: UInt16, bodySize: UInt64, properties: MessageProperties)
    /// Points into the read buffer: valid only while the frame is being handled.
    case body(channel: UInt16, UnsafeRawBufferPointer)
    case heartbeat
}

/// The methods a broker sends on its own account, with the fields we use (AMQP 0-9-1 and RabbitMQ's extensions).
package enum Method: Equatable {
    case deliver(tag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
    case returned(replyCode: UInt16, replyText: String, exchange: String, routingKey: String)
    case ack(tag: UInt64, multiple: Bool)
    case nack(tag: UInt64, multiple: Bool)
    case cancel(consumerTag: String)
    case blocked(reason: String)
    case unblocked
    case channelClose(replyCode: UInt16, replyText: String)
    case connectionClose(replyCode: UInt16, replyText: String)
    /// Any other method number; `UInt32` is class in the high half, method in the low one.
    case other(UInt32)
}
