// What the broker's frames lead to.
extension Pump {
    /// All that the last read, or an answer, brought.
    mutating func acceptAll(_ wire: borrowing CConnection) throws(AMQPError) {
        try wire.drain { (frame) throws(AMQPError) in try accept(frame) }
    }

    mutating func accept(_ frame: consuming Frame) throws(AMQPError) {
        switch try assembler.accept(frame) {
        case .delivery(let delivery)?: arrived.append(delivery)
        case .returned(let key)?: window.markReturned(key)
        case .method(let method)?: try accept(method)
        case .heartbeat?: answers.noteHeartbeat(MessageLimits.frameOverhead)
        case nil: break
        }
    }

    private mutating func accept(_ method: Method) throws(AMQPError) {
        switch method {
        case .ack(let tag, let multiple):
            answers.noteAnswer()
            window.resolve(upTo: tag, multiple: multiple, isAck: true)
        case .nack(let tag, let multiple):
            answers.noteAnswer()
            window.resolve(upTo: tag, multiple: multiple, isAck: false)
        case .blocked(let reason):
            answers.setBlocked(true)
            lane.setBlocked(reason: reason)
        case .unblocked:
            answers.setBlocked(false)
            lane.setBlocked(reason: nil)
        case .other: answers.noteAnswer()
        case .cancel(let tag) where tag == consumerTag:
            throw AMQPError(
                .connectionLost,
                "the broker cancelled the consumer of '\(consumer?.queue.rawValue ?? tag)': queue deleted or its node gone"
            )
        case .channelClose(let code, let text):
            throw BrokerReply(code: code, text: text).error(doing: "the broker closed the channel")
        case .connectionClose(let code, let text):
            throw AMQPError(.connectionLost, "the broker closed the connection: \(text)", replyCode: code)
        case .cancel, .deliver, .returned: break
        }
    }
}
