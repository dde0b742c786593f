// What names and arguments may measure. The library encodes nothing of a longer one and reports a broken connection;
// checked here, only the call fails.
extension MessageLimits {
    package static func check(_ name: QueueName) throws(AMQPError) { try checkShort("queue name", name.rawValue) }

    package static func check(_ name: ExchangeName) throws(AMQPError) { try checkShort("exchange name", name.rawValue) }

    package static func check(_ queue: Queue) throws(AMQPError) {
        try check(queue.name)
        try check(queue.arguments)
    }

    package static func check(_ binding: Binding) throws(AMQPError) {
        try check(binding.queue)
        try check(binding.exchange)
        try checkShort("routing key", binding.routingKey.rawValue)
    }
}
