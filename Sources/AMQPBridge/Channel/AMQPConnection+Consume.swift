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
        guard consumer == nil else {
            throw AMQPError(.invalidConfiguration, "this connection consumes already; a second consumer needs its own")
        }
        guard prefetch > 0 else {
            throw AMQPError(
                .invalidConfiguration, "the prefetch must be at least 1: without a limit a backlog fills memory")
        }
        try MessageLimits.check(queue)
        let thread = thread
        let consumer = DeliveryConsumer(queue: queue, epoch: assembler.epoch, prefetch: prefetch) { thread.wake() }
        try perform { (wire) throws(AMQPError) in
            // The first deliveries, or the consumer's end, may arrive together with the answer: be ready for them.
            self.consumer = consumer
            do throws(AMQPError) {
                consumerTag = try wire.consume(queue, prefetch: prefetch, isExclusive: isExclusive)
            } catch {
                self.consumer = nil
                throw error
            }
        }
        return consumer
    }

    /// Stops the flow: no new deliveries; those in hand can still be settled. What arrived and nobody has taken goes
    /// back to the queue, and the consumer's sequence ends.
    public func cancelConsumer() throws(AMQPError) {
        guard let consumer, let consumerTag else { return }
        self.consumerTag = nil
        try perform { (wire) throws(AMQPError) in try wire.cancel(consumerTag: consumerTag) }
        consumer.settle(consumer.discardArrived(), .requeue)
        consumer.finish(nil)
        thread.wake()
    }
}
