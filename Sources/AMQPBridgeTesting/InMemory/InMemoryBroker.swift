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
    /// The time by which messages expire and publishings time out.
    public let clock: ManualClock
    let publishTimeout: Duration
    let shell = Mutex(Shell())

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
                if let reason = shell.state.blockedReason {
                    throw AMQPError(.timeout, "the broker is blocked: \(reason)")
                }
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

    static let unreachable = AMQPError(.unreachable, "the broker in memory is stopped")
    /// Owns no queue and has no consumer.
    private static let administrator: UInt64 = 0
}
