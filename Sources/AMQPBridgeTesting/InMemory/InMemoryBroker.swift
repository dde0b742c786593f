public import AMQPBridge
import Synchronization

/// A RabbitMQ in memory, for tests: no process, no network, and time stands still until the test moves it.
///
/// Exchanges, queues, dead letters, delivery limits and times to live behave as RabbitMQ 3.10's do, as far as the bridge
/// uses them; a test of the bridge compares the two. What it leaves out: priorities, limits in bytes, a message's own
/// `expiration`, `x-expires`, users and permissions, other vhosts than `/`.
///
/// ```swift
/// let broker = InMemoryBroker()
/// try broker.declare(Topology(
///     queues: [
///         Queue("waiting", type: .quorum, arguments: [
///             "x-message-ttl": 10_000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "done",
///         ]),
///         Queue("done", type: .quorum),
///     ]))
/// broker.publish(Publishing(exchange: "", routingKey: "waiting", body: [1]))
/// broker.advance(by: .seconds(10))
/// #expect(broker.messages(in: "done")?.map(\.body) == [[1]])
/// ```
///
/// Everything happens within the call that causes it: there are no threads and no timers behind it. Safe to use from
/// several tasks.
public final class InMemoryBroker: Sendable {
    /// What the shell knows of a connection.
    private struct Port {
        let end: ConnectionEnd
        var consumer: DeliveryConsumer?
    }

    private struct Shell {
        var state = BrokerState()
        var ports: [UInt64: Port] = [:]
        var calls: [UInt64: PublishBatch] = [:]
        var isUp = true
    }

    /// The time by which messages expire and publishings time out.
    public let clock: ManualClock
    private let publishTimeout: Duration
    private let shell = Mutex(Shell())

    /// - Parameters:
    ///   - clock: shared with whatever else is to see the same time.
    ///   - publishTimeout: how long a publishing waits while the broker is blocked; `AMQPConfiguration`'s default.
    public init(clock: ManualClock = ManualClock(), publishTimeout: Duration = .seconds(30)) {
        self.clock = clock
        self.publishTimeout = publishTimeout
        clock.add(self)
    }

    // MARK: Looking and doing

    /// Moves the clock on, with all that falls due on the way.
    public func advance(by duration: Duration) { clock.advance(by: duration) }

    /// Creates what is missing, as an administrator would.
    ///
    /// - Throws: as `AMQPConnection.declare(_:)`. An exclusive queue can only be declared by the connection it is for.
    public func declare(_ topology: Topology) throws(AMQPError) {
        guard !topology.queues.contains(where: \.isExclusive) else {
            throw AMQPError(.invalidConfiguration, "an exclusive queue belongs to a connection; declare it there")
        }
        try change { (shell) throws(AMQPError) in
            try Self.declare(topology, on: Self.administrator, in: &shell)
        }
    }

    /// Publishes as somebody else would who does not use the bridge. Never waits: while the broker is stopped or
    /// blocked, the outcome is unknown and nothing is stored.
    @discardableResult
    public func publish(_ publishing: Publishing) -> PublishOutcome {
        do throws(AMQPError) {
            return try change { (shell) throws(AMQPError) in
                guard shell.isUp else { throw Self.unreachable }
                if let reason = shell.state.blockedReason { throw AMQPError(.timeout, "the broker is blocked: \(reason)") }
                try MessageLimits.check(publishing, frameMax: BrokerState.frameMax)
                return try shell.state.publish(publishing)
            }
        } catch {
            return .unknown(error)
        }
    }

    /// What waits in a queue, in the order in which it will be delivered; nil when there is no such queue. What consumers
    /// have in hand is not in it. Looking changes nothing.
    public func messages(in queue: QueueName) -> [InMemoryMessage]? {
        shell.withLock { $0.state.queues[queue]?.ready.all }
    }

    /// How many messages of a queue its consumers have in hand; nil when there is no such queue.
    public func unsettled(in queue: QueueName) -> Int? {
        shell.withLock { $0.state.queues[queue]?.inHand }
    }

    /// How many connections are open.
    public var connections: Int { shell.withLock { $0.ports.count } }

    // MARK: Faults

    /// Stops the broker: all connections are lost and new ones refused. Durable queues keep their persistent messages;
    /// what was in somebody's hand is there again, redelivered, after ``start()``.
    public func stop() {
        change { shell in
            guard shell.isUp else { return }
            shell.isUp = false
            shell.state.stop(Self.forced("shutdown"))
        }
    }

    /// Lets connections in again, and lets happen what became due meanwhile.
    public func start() {
        change { shell in
            shell.isUp = true
            shell.state.passTime()
        }
    }

    /// Every connection is lost; new ones are welcome at once.
    public func closeConnections() {
        change { shell in
            for connection in shell.state.connections.keys.sorted() {
                shell.state.end(connection, Self.forced("closed by the test"))
            }
        }
    }

    /// An alarm (`connection.blocked`): publishings wait, consumers go on. Connections that publish are told the reason.
    public func block(reason: String = "low on memory") {
        change { shell in
            guard shell.isUp else { return }
            shell.state.blockedReason = reason
        }
    }

    /// Ends the alarm: what has waited is published.
    public func unblock() { change { $0.state.unblock() } }

    /// Deletes a queue with everything in it; its consumers are cancelled. Does nothing when there is none.
    public func deleteQueue(_ queue: QueueName) { change { $0.state.delete(queue) } }

    private static func forced(_ reason: String) -> AMQPError {
        AMQPError(
            .connectionLost,
            "the broker closed the connection: CONNECTION_FORCED - broker forced connection closure with reason "
                + "'\(reason)'", replyCode: 320)
    }

    private static let unreachable = AMQPError(.unreachable, "the broker in memory is stopped")
    /// Owns no queue and has no consumer.
    private static let administrator: UInt64 = 0
}

// MARK: - The shell

extension InMemoryBroker {
    /// One change of the state and all that follows from it. Deliveries are handed over under the lock, which keeps
    /// their tags in order and takes no other lock but the consumer's; whoever waits for outcomes and ends is told
    /// outside of it.
    @discardableResult
    private func change<Result: Sendable, Failure>(
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
                told.append { call.resolve(ticket.index, outcome) }
            case .end(let connection, let error):
                guard let port = shell.ports.removeValue(forKey: connection) else { break }
                port.consumer?.finish(error.code == .closed ? nil : error)
                told.append { port.end.finish(error) }
            }
        }
        return told
    }

    private static func declare(
        _ topology: Topology, on connection: UInt64, in shell: inout Shell
    ) throws(AMQPError) {
        for exchange in topology.exchanges { try shell.state.declare(exchange) }
        for queue in topology.queues { try shell.state.declare(queue, on: connection) }
        for binding in topology.bindings { try shell.state.bind(binding, on: connection) }
    }
}

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

// MARK: - Connections

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

    func publish(_ publishings: [Publishing], for call: PublishBatch, on connection: UInt64) {
        change { shell in
            shell.calls[call.id] = call
            shell.state.publish(publishings, call: call.id, on: connection, timeout: publishTimeout)
        }
    }

    func cancel(_ call: UInt64, on connection: UInt64) { change { $0.state.cancel(call: call, on: connection) } }

    func forget(_ call: UInt64) { shell.withLock { $0.calls[call] = nil } }

    func blockedReason(of connection: UInt64) -> String? {
        shell.withLock { $0.state.connections[connection]?.isBlocked == true ? $0.state.blockedReason : nil }
    }

    func end(_ connection: UInt64, _ error: AMQPError) { change { $0.state.end(connection, error) } }
}
