package import AMQPBridge
import Synchronization

// What connections ask of their broker.
extension InMemoryBroker {
    /// - Parameter name: what it is for, as `publish` or `consume`.
    /// - Throws: `unreachable` while the broker is stopped.
    package func connect(named name: String) throws(AMQPError) -> any BrokerConnection {
        let end = ConnectionEnd()
        let epoch = ConnectionEpoch.next()
        try change { (shell) throws(AMQPError) in
            guard shell.isUp else { throw Self.unreachable }
            shell.ports[epoch] = Port(end: end)
            shell.state.connect(epoch)
        }
        return InMemoryConnection(to: self, named: name, epoch: epoch, end: end)
    }

    /// A call on a connection's channel. What the broker refuses costs the channel, and the connection, too, if
    /// something else is at stake on it: as with `AMQPConnection`.
    private func call<Result: Sendable>(
        _ connection: UInt64, _ body: (inout Shell) throws(AMQPError) -> Result
    ) throws(AMQPError) -> Result {
        try change { (shell) throws(AMQPError) in
            guard shell.state.connections[connection] != nil else { throw BrokerState.connectionEnded }
            do throws(AMQPError) {
                return try body(&shell)
            } catch {
                if let state = shell.state.connections[connection], error.closesChannelOnly,
                    state.hasConsumed || !state.waiting.isEmpty
                {
                    shell.state.end(connection, error)
                }
                throw error
            }
        }
    }

    func declare(_ topology: Topology, on connection: UInt64) throws(AMQPError) {
        try call(connection) { (shell) throws(AMQPError) in
            try Self.declare(topology, on: connection, in: &shell)
        }
    }

    func inspect(_ queue: QueueName, on connection: UInt64) throws(AMQPError) -> QueueStatus? {
        do throws(AMQPError) {
            return try call(connection) { (shell) throws(AMQPError) in
                try shell.state.inspect(queue, on: connection)
            }
        } catch  where error.code == .notFound {
            return nil
        }
    }

    func consume(with consumer: DeliveryConsumer, prefetch: UInt16, on connection: UInt64) throws(AMQPError) {
        try call(connection) { (shell) throws(AMQPError) in
            try MessageLimits.check(consumer.queue)
            try shell.state.consume(
                consumer.queue, prefetch: prefetch, isExclusive: consumer.isExclusive, on: connection)
            shell.ports[connection]?.consumer = consumer
        }
    }

    func cancelConsumer(on connection: UInt64) { change { $0.state.cancelConsumer(on: connection) } }

    /// Takes what has been settled. The consumer is asked under the lock, so that no two takings overtake each other.
    func takeSettlements(of connection: UInt64) {
        change { shell in
            guard let frames = shell.ports[connection]?.consumer?.takeSettlements() else { return }
            shell.state.settle(frames, on: connection)
        }
    }

    func publish(_ publishings: [Publishing], for call: UInt64, _ batch: PublishBatch, on connection: UInt64) {
        change { shell in
            shell.calls[call] = batch
            shell.state.publish(publishings, call: call, on: connection, timeout: publishTimeout)
        }
    }

    func cancel(_ call: UInt64, on connection: UInt64) { change { $0.state.cancel(call: call, on: connection) } }

    func forget(_ call: UInt64) { shell.withLock { $0.calls[call] = nil } }

    func blockedTime(of connection: UInt64) -> Duration {
        let now = clock.now.offset
        return shell.withLock { $0.state.connections[connection]?.blocked.total(at: now) ?? .zero }
    }

    func blockedReason(of connection: UInt64) -> String? {
        shell.withLock { $0.state.connections[connection]?.isBlocked == true ? $0.state.blockedReason : nil }
    }

    func end(_ connection: UInt64, _ error: AMQPError) { change { $0.state.end(connection, error) } }
}
