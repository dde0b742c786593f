public import AMQPBridge

extension RabbitMQEventBus {
    /// From its next `run()` on things go wrong around its handlers, and around those of a ledger that is attached.
    public func inject(_ faults: FaultPoints) { inject(from: faults) }
}

extension InMemoryEventBus {
    /// From its next `run()` on things go wrong around its handlers, and around those of a ledger that is attached.
    public func inject(_ faults: FaultPoints) { inject(from: faults) }
}
