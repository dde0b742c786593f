public import AMQPBridge

extension EventLedger {
    /// One step of what ``run(publishingTo:)`` does all the time: sends what is due in the outbox, once. For whoever holds
    /// time in their own hand, as a simulation does; never beside a running bus.
    ///
    /// - Returns: true when there may be more to send right away.
    /// - Throws: when the database cannot be read or written.
    public func sendOnce(to publisher: any EventPublisher) async throws -> Bool {
        var suspects: Set<Int64> = []
        return try await relay.sendBatch(to: publisher, &suspects)
    }
}
