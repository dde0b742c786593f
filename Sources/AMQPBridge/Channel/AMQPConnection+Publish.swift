// Confirmed publishing, from any task, without a hop to the I/O thread.
extension AMQPConnection {
    /// Publishes and waits for the broker's confirm.
    ///
    /// Returns when the message is on the disk of every queue it was routed to (persistent messages, durable queues).
    /// Many calls at once share their writes; messages of one task leave in the order of the calls.
    ///
    /// - Throws: `nacked`, `unroutable` or `outcomeUnknown`, each naming the message id; `tooLarge` when nothing of it
    ///   was sent. Cancelling the task ends this wait only: the outcome is unknown, the connection goes on.
    public func publish(
        _ publishing: Publishing, isolation: isolated (any Actor)? = #isolation
    ) async throws(AMQPError) {
        if let error = await lane.publish(publishing).error(for: publishing) { throw error }
    }

    /// Publishes many with one wake-up and waits for all their confirms; outcomes in the same order.
    public func publish(
        contentsOf publishings: [Publishing], isolation: isolated (any Actor)? = #isolation
    ) async -> [PublishOutcome] {
        await lane.publish(contentsOf: publishings)
    }
}
