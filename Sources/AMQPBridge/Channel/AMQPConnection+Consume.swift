extension AMQPConnection {
    /// Starts the connection's one consumer.
    ///
    /// - Parameters:
    ///   - prefetch: how many deliveries may be in hand at a time, 1 to 65,535.
    ///   - isExclusive: nobody else may consume from the queue meanwhile.
    /// - Throws: `notFound` when the queue does not exist, `resourceLocked` when somebody else holds it exclusively,
    ///   `invalidConfiguration` when this connection has a consumer already.
    public func consume(
        _ queue: QueueName, prefetch: UInt16, isExclusive: Bool = false
    ) throws(AMQPError) -> DeliveryConsumer {
        guard pump.consumer == nil else {
            throw AMQPError(.invalidConfiguration, "this connection consumes already; a second consumer needs its own")
        }
        guard prefetch > 0 else {
            throw AMQPError(
                .invalidConfiguration, "the prefetch must be at least 1: without a limit a backlog fills memory")
        }
        try MessageLimits.check(queue)
        let thread = thread
        let consumer = DeliveryConsumer(
            queue: queue, epoch: pump.assembler.epoch, prefetch: prefetch, isExclusive: isExclusive
        ) { thread.wake() }
        try perform { (wire) throws(AMQPError) in
            // The first deliveries, or the consumer's end, may arrive together with the answer: be ready for them.
            pump.consumer = consumer
            do throws(AMQPError) {
                pump.consumerTag = try wire.consume(queue, prefetch: prefetch, isExclusive: isExclusive)
            } catch {
                pump.consumer = nil
                throw error
            }
        }
        return consumer
    }

    /// No new deliveries for now. What has arrived stays with the consumer, whose sequence stays open; its deliveries can
    /// be settled as before. Does nothing without a running consumer.
    public func pauseConsumer() throws(AMQPError) {
        guard let consumerTag = pump.consumerTag else { return }
        pump.consumerTag = nil
        try perform { (wire) throws(AMQPError) in try wire.cancel(consumerTag: consumerTag) }
        // Deliveries that came before the answer are with the consumer now.
    }

    /// Goes on after a pause with so many deliveries in hand at most. Without a pause it changes the prefetch: AMQP sets
    /// it for new consumers only, so the consumer is cancelled and started again.
    ///
    /// - Throws: `invalidConfiguration` without a consumer; otherwise as ``consume(_:prefetch:isExclusive:)``, which ends
    ///   the connection.
    public func resumeConsumer(prefetch: UInt16) throws(AMQPError) {
        guard let consumer = pump.consumer, prefetch > 0 else {
            throw AMQPError(.invalidConfiguration, "there is no consumer to resume, or the prefetch is 0")
        }
        try pauseConsumer()
        consumer.setPrefetch(prefetch)
        try perform { (wire) throws(AMQPError) in
            pump.consumerTag = try wire.consume(consumer.queue, prefetch: prefetch, isExclusive: consumer.isExclusive)
        }
    }

    /// No new deliveries any more: the consumer's sequence ends after what has arrived, which can still be settled.
    public func stopConsumer() throws(AMQPError) {
        try pauseConsumer()
        pump.consumer?.finish(nil)
    }

    /// No new deliveries any more: what arrived and nobody has taken goes back to the queue, and the consumer's sequence
    /// ends. What was taken can still be settled.
    public func cancelConsumer() throws(AMQPError) {
        guard let consumer = pump.consumer else { return }
        try pauseConsumer()
        consumer.settle(consumer.discardArrived(), .requeue)
        consumer.finish(nil)
        thread.wake()
    }
}
