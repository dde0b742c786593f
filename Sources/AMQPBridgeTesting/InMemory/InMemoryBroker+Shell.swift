import AMQPBridge
import Synchronization

// The shell around the state.
extension InMemoryBroker {
    /// What the shell knows of a connection.
    struct Port {
        let end: ConnectionEnd
        var consumer: DeliveryConsumer?
    }

    struct Shell {
        var state = BrokerState()
        var ports: [UInt64: Port] = [:]
        var calls: [UInt64: PublishBatch] = [:]
        var isUp = true
    }

    /// One change of the state and all that follows from it. Deliveries are handed over under the lock, which keeps
    /// their tags in order and takes no other lock but the consumer's; whoever waits for outcomes and ends is told
    /// outside of it.
    @discardableResult
    func change<Result: Sendable, Failure>(
        _ body: (inout Shell) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var told: [@Sendable () -> Void] = []
        defer { for tell in told { tell() } }
        return try shell.withLock { (shell) throws(Failure) in
            shell.state.now = clock.now.offset
            defer { told = Self.perform(&shell) }
            return try body(&shell)
        }
    }

    private static func perform(_ shell: inout Shell) -> [@Sendable () -> Void] {
        var told: [@Sendable () -> Void] = []
        for action in shell.state.takeActions() {
            switch action {
            case .deliver(let deliveries, let connection):
                // Tags are counted without a gap: it never refuses them.
                try? shell.ports[connection]?.consumer?.deliver(deliveries)
            case .resolve(let ticket, let outcome):
                guard let call = shell.calls[ticket.call] else { break }
                told.append { call.resolve(ticket.index..<ticket.index + 1, outcome) }
            case .end(let connection, let error):
                guard let port = shell.ports.removeValue(forKey: connection) else { break }
                port.consumer?.finish(error.code == .closed ? nil : error)
                told.append { port.end.finish(error) }
            }
        }
        return told
    }

    static func declare(
        _ topology: Topology, on connection: UInt64, in shell: inout Shell
    ) throws(AMQPError) {
        for exchange in topology.exchanges { try shell.state.declare(exchange) }
        for queue in topology.queues { try shell.state.declare(queue, on: connection) }
        for binding in topology.bindings { try shell.state.bind(binding, on: connection) }
    }
}

// MARK: - Time

extension InMemoryBroker: ManualTimer {
    package var nextDeadline: Duration? {
        shell.withLock { $0.isUp ? $0.state.nextDeadline : nil }
    }

    package func fire(at time: Duration) {
        change { shell in
            if shell.isUp { shell.state.passTime() }
        }
    }
}
