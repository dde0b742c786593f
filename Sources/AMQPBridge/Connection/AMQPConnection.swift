import Logging

/// One connection to a RabbitMQ broker: one socket, one channel, one thread.
///
/// The actor's executor is its I/O thread, which alone touches librabbitmq. Publishing and settling do not hop to it:
/// see ``publish(_:)`` and ``DeliveryConsumer``. A service holds two of these, one to publish and one to consume, so
/// that a publisher held back by a broker's alarm never stops its consumer.
///
/// A connection that fails stays failed: everything that waits ends with an error, and `closed` tells when. Making a
/// new one is the caller's business (the event bus does).
public actor AMQPConnection {
    let wire: CConnection
    let thread: ConnectionThread
    private nonisolated let watchdog: CallWatchdog
    nonisolated let endpoint: AMQPEndpoint
    nonisolated let options: AMQPConfiguration.Options
    nonisolated let lane: PublishLane
    nonisolated let end = ConnectionEnd()

    var pump: Pump

    /// The connection's own I/O thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects to the first endpoint that answers.
    ///
    /// A task that is cancelled while it connects stops at once. One that was cancelled before may still connect, so that
    /// cleaning up works in it, too.
    ///
    /// - Throws: `unreachable` when none does (with host, port and cause of each); `credentialsRefused`, `vhostRefused` or
    ///   `tlsRefused` as soon as one says so: other hosts of the same cluster would say the same, and nobody should
    ///   learn of a broken certificate only when the last good host is gone; `cancelled`; `invalidConfiguration` without
    ///   an endpoint.
    public static func connect(_ configuration: AMQPConfiguration) async throws(AMQPError) -> AMQPConnection {
        guard !configuration.endpoints.isEmpty else {
            throw AMQPError(.invalidConfiguration, "there is no broker address to connect to")
        }
        var failures: [AMQPError] = []
        for endpoint in configuration.endpoints {
            do throws(AMQPError) {
                let connection = try AMQPConnection(endpoint, configuration.options)
                try await connection.openUnlessCancelled()
                return connection
            } catch  where error.code == .unreachable || error.code == .connectionLost {
                failures.append(error)
            }
        }
        if failures.count == 1 { throw failures[0] }
        throw AMQPError(.unreachable, failures.map(\.message).joined(separator: "; "))
    }

    private init(_ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options) throws(AMQPError) {
        self.endpoint = endpoint
        self.options = options
        let watchdog = try CallWatchdog()
        wire = try CConnection(callTimeout: options.callTimeout, watchdog)
        self.watchdog = watchdog
        let thread = try ConnectionThread(stackSize: CConnection.stackSize(frameMax: options.frameMax))
        self.thread = thread
        lane = PublishLane(frameMax: options.frameMax, timeout: options.publishTimeout) { thread.wake() }
        pump = Pump(options, lane)
    }

    deinit { thread.stop() }

    private nonisolated func openUnlessCancelled() async throws(AMQPError) {
        let attempt = try ConnectAttempt(within: options.connectTimeout, watchdog)
        let wasCancelled = Task.isCancelled
        let result = await withTaskCancellationHandler {
            await open(attempt)
        } onCancel: {
            if !wasCancelled { attempt.cancel() }
        }
        try result.get()
        try attempt.checkCancellation()
    }

    private func open(_ attempt: ConnectAttempt) -> Result<Void, AMQPError> {
        let heartbeat: Nanoseconds
        do throws(AMQPError) {
            heartbeat = Nanoseconds(try wire.open(endpoint, options, attempt))
        } catch {
            return .failure(error)
        }
        pump.output.frameMax = wire.frameMax
        let user = options.sendsUserID ? endpoint.user : nil
        pump.output.user = user
        lane.open(
            frameMax: wire.frameMax, user: user, room: options.maxUnconfirmed,
            SocketWriter(descriptor: wire.descriptor))
        pump.begin(heartbeat: heartbeat)
        thread.attach(self)
        return .success(())
    }

    /// Ends the consumer, sends what waits, says goodbye and closes; after this everything ends with `closed`. Bounded by
    /// three call time-outs.
    ///
    /// Deliveries that nobody has taken go back to the queue together with those in hand, in their order: a quorum queue
    /// keeps the order in which it gets them back. Settlements given before this are with the broker when it
    /// returns: a quorum queue takes 32 at a time and forgets the others when a channel ends, so its consumer's end,
    /// which goes through the queue's log, and a round trip come before the goodbye. A blocked connection gets no
    /// goodbye: nobody would read it.
    public func close() {
        guard !end.isFinished else { return }
        if blockedReason == nil {
            try? stopConsumer()
            _ = pump.consumer?.discardArrived()
            if let _ = try? perform({ wire throws(AMQPError) in try wire.roundTrip() }) { wire.close() }
        }
        fail(AMQPError(.closed, "this connection was closed"))
    }

    /// Waits until the connection has ended; returns why. Cancelling ends the wait only.
    public nonisolated func closed() async -> AMQPError { await end.wait() }

    /// Why the connection ended, or nil while it lives.
    public nonisolated var failure: AMQPError? { end.reason }

    /// The broker's words while it takes no messages because of an alarm (`connection.blocked`), else nil.
    ///
    /// RabbitMQ tells a connection when it publishes during the alarm, not before: nil on one that has been idle since
    /// then, or that only consumes, proves nothing.
    public nonisolated var blockedReason: String? { lane.blockedReason }

    func fail(_ error: AMQPError) {
        guard end.finish(error) else { return }
        wire.shutdown()
        pump.close(error)
    }
}

extension AMQPConnection: ConnectionThread.Owner {
    /// What `assumeIsolated` does, but for its price: that asks the runtime twice at each turn whether this is the actor's
    /// thread, and takes memory for its closure, a twelfth of the instructions of a lone message.
    nonisolated func takeTurn(isReadable: Bool) -> ConnectionThread.Interest? {
        assert(thread.isIsolatingCurrentContext() == true, "not on the connection's thread")
        typealias Turn = (AMQPConnection, Bool) -> ConnectionThread.Interest?
        return unsafeBitCast(turn, to: Turn.self)(self, isReadable)
    }
}

private func turn(_ connection: isolated AMQPConnection, isReadable: Bool) -> ConnectionThread.Interest? {
    guard !connection.end.isFinished else { return nil }
    do {
        return try connection.pump.turn(connection.wire, isReadable: isReadable)
    } catch {
        connection.fail(error)
        return nil
    }
}
