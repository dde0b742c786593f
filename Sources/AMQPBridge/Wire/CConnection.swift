import CRabbitMQ
import Glibc

/// Owns one librabbitmq connection and frees it.
///
/// The library is not thread-safe and its calls block: only the I/O thread of the connection's actor touches this.
/// Blocking calls serve the set-up, every one with a deadline; the traffic afterwards goes by `CConnection+Traffic`.
struct CConnection: ~Copyable {
    let state: amqp_connection_state_t
    /// The one channel. The library never frees a channel's memory, so none is opened but this.
    static let channel: UInt16 = 1
    /// What one `recv` takes at most, in bytes.
    static let readSize = 128 << 10

    /// What a set-up call may take.
    let callTimeout: Duration
    let watchdog: CallWatchdog
    let input: UnsafeMutableRawBufferPointer

    init(callTimeout: Duration, _ watchdog: CallWatchdog) throws(AMQPError) {
        guard let state = amqp_new_connection() else {
            throw AMQPError(.connectionLost, "out of memory for a connection")
        }
        self.state = state
        self.callTimeout = callTimeout
        self.watchdog = watchdog
        input = .allocate(byteCount: Self.readSize, alignment: 16)
    }

    deinit {
        amqp_destroy_connection(state)
        watchdog.close()
        input.deallocate()
    }

    /// Connects, logs in, opens the channel and selects confirms.
    ///
    /// - Returns: the negotiated heartbeat; zero when the broker wants none.
    /// - Throws: `unreachable` (with the cause), `credentialsRefused`, `vhostRefused`, `protocolViolation`, `cancelled`.
    func open(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options, _ attempt: ConnectAttempt
    ) throws(AMQPError) -> Duration {
        try adopt(try Dialler(endpoint: endpoint, attempt: attempt).dial())
        do throws(AMQPError) {
            try attempt.checkCancellation()
            try enter(endpoint, options)
        } catch {
            // Cancelling shuts the socket down, which looks like any loss.
            try attempt.checkCancellation()
            throw error
        }
        let heartbeat = Duration.seconds(Int(amqp_get_heartbeat(state)))
        // Our own heartbeats from here on: the library's may land inside a half-sent batch.
        let status = amqp_tune_connection(state, amqp_get_channel_max(state), amqp_get_frame_max(state), 0)
        guard status == AMQP_STATUS_OK.rawValue else { throw CReply.error(status: status, doing: "tuning") }
        return heartbeat
    }

    /// Puts the socket under the library and the watchdog.
    private func adopt(_ socket: consuming Descriptor) throws(AMQPError) {
        guard let carrier = amqp_tcp_socket_new(state) else {
            throw AMQPError(.connectionLost, "out of memory for a socket")
        }
        try watchdog.watch(socket.raw)
        amqp_tcp_socket_set_sockfd(carrier, socket.release())
    }

    /// Login and channel, together within the connect timeout.
    private func enter(_ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options) throws(AMQPError) {
        let deadline = ContinuousClock.now + options.connectTimeout
        try login(endpoint, options)
        do throws(AMQPError) {
            try openChannel(by: deadline)
        } catch  where [.timeout, .connectionLost].contains(error.code) {
            throw AMQPError(
                .unreachable, "the broker at \(endpoint) did not complete the login: \(error.message)",
                replyCode: error.replyCode)
        }
    }

    func setCallTimeout(_ limit: Duration) {
        var limit = timeval(limit)
        amqp_set_rpc_timeout(state, &limit)
    }

    private func login(_ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options) throws(AMQPError) {
        var handshake = timeval(options.connectTimeout)
        amqp_set_handshake_timeout(state, &handshake)
        let arena = CArena()
        // The library's own login leaves both capabilities out; without them a deleted queue or an alarm is silent.
        var properties = arena.table([
            "connection_name": .string(options.name),
            "product": "AMQPBridge",
            "capabilities": .table(["connection.blocked": true, "consumer_cancel_notify": true]),
        ])
        let (reply, isOverdue) = watchdog.bound(by: options.connectTimeout) {
            crabbitmq_login_plain(
                state, endpoint.vhost, 1, Int32(options.frameMax), Int32(options.heartbeat.components.seconds),
                &properties, endpoint.user, endpoint.password)
        }
        if isOverdue {
            throw AMQPError(
                .unreachable,
                "the broker at \(endpoint) did not complete the login: nothing came within \(options.connectTimeout)")
        }
        guard let error = CReply.error(reply, doing: "login at \(endpoint)") else { return }
        switch (error.replyCode, error.code) {
        case (403?, _):
            throw AMQPError(
                .credentialsRefused, "\(endpoint) refused user '\(endpoint.user)': wrong user name or password",
                replyCode: 403)
        case (530?, _):
            throw AMQPError(
                .vhostRefused,
                "\(endpoint) has no vhost '\(endpoint.vhost)' for user '\(endpoint.user)': \(error.message)",
                replyCode: 530)
        case (_, .protocolViolation):
            throw error
        default:
            throw AMQPError(
                .unreachable, "the broker at \(endpoint) did not complete the login: \(error.message)",
                replyCode: error.replyCode)
        }
    }

    /// Opens the channel (again, after the broker closed it) with publisher confirms on.
    ///
    /// - Parameter deadline: for both calls together; without one, each has the call timeout.
    func openChannel(by deadline: ContinuousClock.Instant? = nil) throws(AMQPError) {
        let channel = Self.channel
        _ = try call("opening a channel", by: deadline) { amqp_channel_open($0, channel) }
        _ = try call("turning confirms on", by: deadline) { amqp_confirm_select($0, channel) }
    }

    /// One blocking call of the library, its reply checked.
    ///
    /// - Parameter deadline: when it must be over, if not after the call timeout.
    func call<Reply>(
        _ what: String, by deadline: ContinuousClock.Instant? = nil,
        _ body: (amqp_connection_state_t) -> UnsafeMutablePointer<Reply>?
    ) throws(AMQPError) -> Reply {
        let limit = deadline.map { max(.zero, $0 - .now) } ?? callTimeout
        setCallTimeout(limit)
        let (reply, isOverdue) = watchdog.bound(by: limit) { body(state) }
        if isOverdue { throw AMQPError(.timeout, "\(what): the broker took or answered nothing for \(limit)") }
        if let error = CReply.error(amqp_get_rpc_reply(state), doing: what) { throw error }
        guard let reply else { throw AMQPError(.connectionLost, "\(what): no answer") }
        return reply.pointee
    }

    var descriptor: Int32 { amqp_get_sockfd(state) }
    var frameMax: Int { Int(amqp_get_frame_max(state)) }
}

extension timeval {
    init(_ duration: Duration) {
        let parts = duration.components
        self.init(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
    }
}
