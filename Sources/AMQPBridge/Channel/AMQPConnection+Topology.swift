// Declaring and looking. Each call is one round trip, bounded by the call timeout. A name of more than 255 bytes throws
// `tooLarge` and nothing is sent.
extension AMQPConnection {
    /// Creates the exchange, or finds it as wanted.
    ///
    /// - Throws: `preconditionFailed` when it exists as another kind, naming the argument and both values.
    public func declare(_ exchange: Exchange) throws(AMQPError) {
        try MessageLimits.check(exchange.name)
        try perform { (wire) throws(AMQPError) in try wire.declare(exchange) }
    }

    /// Creates the queue, or finds it as wanted.
    ///
    /// - Throws: `preconditionFailed` when it exists with other arguments, naming queue, argument and both values.
    @discardableResult
    public func declare(_ queue: Queue) throws(AMQPError) -> QueueStatus {
        try MessageLimits.check(queue)
        return try perform { (wire) throws(AMQPError) in try wire.declare(queue) }
    }

    /// - Throws: `notFound` when the queue or the exchange does not exist.
    public func bind(_ binding: Binding) throws(AMQPError) {
        try MessageLimits.check(binding)
        try perform { (wire) throws(AMQPError) in try wire.bind(binding) }
    }

    /// Takes the binding away; what it brought into the queue stays there. May be repeated: one that is not there is no
    /// error.
    public func unbind(_ binding: Binding) throws(AMQPError) {
        try MessageLimits.check(binding)
        try perform { (wire) throws(AMQPError) in try wire.unbind(binding) }
    }

    /// How full a queue is; nil when it does not exist.
    public func inspect(_ queue: QueueName) throws(AMQPError) -> QueueStatus? {
        try MessageLimits.check(queue)
        do throws(AMQPError) {
            return try perform { (wire) throws(AMQPError) in try wire.inspect(queue) }
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Whether the exchange exists, of whatever kind.
    public func exists(_ exchange: Exchange) throws(AMQPError) -> Bool {
        try MessageLimits.check(exchange.name)
        do throws(AMQPError) {
            try perform { (wire) throws(AMQPError) in try wire.declare(exchange, passive: true) }
            return true
        } catch  where error.code == .notFound {
            return false
        }
    }

    /// Deletes the queue with everything in it; its consumers end. One that is not there is no error (RabbitMQ 3.2 and
    /// later).
    public func delete(_ queue: QueueName) throws(AMQPError) {
        try MessageLimits.check(queue)
        try perform { (wire) throws(AMQPError) in try wire.delete(queue) }
    }

    /// Deletes the exchange with all bindings to it. One that is not there is no error (RabbitMQ 3.2 and later).
    public func delete(_ exchange: ExchangeName) throws(AMQPError) {
        try MessageLimits.check(exchange)
        try perform { (wire) throws(AMQPError) in try wire.delete(exchange) }
    }

    /// Declares the whole: exchanges, then queues, then bindings. Nothing is ever deleted or changed.
    public func declare(_ topology: Topology) throws(AMQPError) {
        for exchange in topology.exchanges { try declare(exchange) }
        for queue in topology.queues { try declare(queue) }
        for binding in topology.bindings { try bind(binding) }
    }
}
