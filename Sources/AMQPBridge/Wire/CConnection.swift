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

    let input: UnsafeMutableRawBufferPointer

    init() throws(AMQPError) {
        guard let state = amqp_new_connection() else {
            throw AMQPError(.connectionLost, "out of memory for a connection")
        }
        self.state = state
        input = .allocate(byteCount: Self.readSize, alignment: 16)
    }

    deinit {
        amqp_destroy_connection(state)
        input.deallocate()
    }

    /// Connects, logs in, opens the channel and selects confirms.
    ///
    /// - Returns: the negotiated heartbeat; zero when the broker wants none.
    /// - Throws: `unreachable` (with the cause), `credentialsRefused`, `vhostRefused`, `protocolViolation`.
    func open(_ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options) throws(AMQPError) -> Duration {
        try connect(endpoint, timeout: options.connectTimeout)
        try login(endpoint, options)
        try openChannel()
        let heartbeat = Duration.seconds(Int(amqp_get_heartbeat(state)))
        // Our own heartbeats from here on: the library's may land inside a half-sent batch.
        let status = amqp_tune_connection(state, amqp_get_channel_max(state), amqp_get_frame_max(state), 0)
        guard status == AMQP_STATUS_OK.rawValue else { throw CReply.error(status: status, doing: "tuning") }
        return heartbeat
    }

    private func connect(_ endpoint: AMQPEndpoint, timeout: Duration) throws(AMQPError) {
        guard let socket = amqp_tcp_socket_new(state) else {
            throw AMQPError(.connectionLost, "out of memory for a socket")
        }
        var limit = timeval(timeout)
        errno = 0
        let status = amqp_socket_open_noblock(socket, endpoint.host, Int32(endpoint.port), &limit)
        let code = errno
        guard status == AMQP_STATUS_OK.rawValue else {
            throw AMQPError(.unreachable, "no broker at \(endpoint): \(Self.cause(of: status, code))")
        }
    }

    /// Why there is no connection. The library keeps the system's error to itself when a refusal comes later than the
    /// call, which leaves `errno` at "in progress".
    private static func cause(of status: Int32, _ code: Int32) -> String {
        guard status == AMQP_STATUS_SOCKET_ERROR.rawValue, code != 0 else { return CReply.text(status) }
        return code == EINPROGRESS ? "connection refused, or no route to the host" : String(cString: strerror(code))
    }

    private func login(_ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options) throws(AMQPError) {
        var handshake = timeval(options.connectTimeout)
        var call = timeval(options.callTimeout)
        amqp_set_handshake_timeout(state, &handshake)
        amqp_set_rpc_timeout(state, &call)
        let arena = CArena()
        // The library's own login leaves both capabilities out; without them a deleted queue or an alarm is silent.
        var properties = arena.table([
            "connection_name": .string(options.name),
            "product": "AMQPBridge",
            "capabilities": .table(["connection.blocked": true, "consumer_cancel_notify": true]),
        ])
        let reply = crabbitmq_login_plain(
            state, endpoint.vhost, 1, Int32(options.frameMax), Int32(options.heartbeat.components.seconds),
            &properties, endpoint.user, endpoint.password)
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
    func openChannel() throws(AMQPError) {
        _ = try call("opening a channel") { amqp_channel_open($0, Self.channel) }
        _ = try call("turning confirms on") { amqp_confirm_select($0, Self.channel) }
    }

    /// One blocking call of the library, bounded by the call timeout, its reply checked.
    func call<Reply>(
        _ what: String, _ body: (amqp_connection_state_t) -> UnsafeMutablePointer<Reply>?
    ) throws(AMQPError) -> Reply {
        let reply = body(state)
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
