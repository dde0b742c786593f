import CRabbitMQ
import Glibc

/// Owns one librabbitmq connection and frees it.
///
/// The library is not thread-safe: only the I/O thread of the connection's actor touches this. The set-up waits for its
/// answers, every one with a deadline, in `CConnection+Request`; the traffic afterwards goes by `CConnection+Traffic`.
struct CConnection: ~Copyable {
    let state: amqp_connection_state_t
    /// The one channel. The library never frees a channel's memory, so none is opened but this.
    static let channel: UInt16 = 1
    /// What one `recv` takes at most, in bytes.
    static let readSize = 128 << 10

    /// The stack that the library may need for one frame of that size, and we besides, in bytes.
    ///
    /// It decodes tables within tables by calling itself, without a limit: 5 bytes of a frame can cost 140 bytes of stack
    /// (0.11 on x86-64, measured). More than twice that, so that no frame overflows it.
    static func stackSize(frameMax: Int) -> Int { (1 << 20) + 64 * min(max(frameMax, leastFrameMax), largestFrameMax) }

    /// What a set-up call may take.
    let callTimeout: Duration
    let budget: CallBudget
    let watchdog: CallWatchdog
    let tlsEnd = TLSEnd()
    let inbound = Inbound(size: readSize)
    let usualTexts = RepeatedTexts()

    init(callTimeout: Duration, _ watchdog: CallWatchdog) throws(AMQPError) {
        guard let state = amqp_new_connection() else {
            throw AMQPError(.connectionLost, "out of memory for a connection")
        }
        self.state = state
        self.callTimeout = callTimeout
        budget = CallBudget(callTimeout)
        self.watchdog = watchdog
    }

    deinit {
        amqp_destroy_connection(state)
        watchdog.close()
    }

    /// Connects, logs in, opens the channel and selects confirms.
    ///
    /// - Returns: the negotiated heartbeat; zero when the broker wants none.
    /// - Throws: `unreachable` (with the cause), `credentialsRefused`, `vhostRefused`, `tlsRefused`, `protocolViolation`,
    ///   `cancelled`.
    func open(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options, _ attempt: ConnectAttempt
    ) throws(AMQPError) -> Duration {
        let socket = try Dialler(endpoint: endpoint, attempt: attempt).dial()
        if endpoint.usesTLS {
            let session = try TLSSession(socket, endpoint, endpoint.tls.orElse(options.tls))
            try session.handshake(attempt)
            try adopt(try TLSRelay.start(session, tlsEnd))
        } else {
            try adopt(socket)
        }
        do throws(AMQPError) {
            try attempt.checkCancellation()
            return try enter(endpoint, options)
        } catch {
            // Cancelling shuts the socket down, which looks like any loss.
            try attempt.checkCancellation()
            throw error
        }
    }

    /// Puts the socket under the library and the watchdog.
    func adopt(_ socket: consuming Descriptor) throws(AMQPError) {
        guard let carrier = amqp_tcp_socket_new(state) else {
            throw AMQPError(.connectionLost, "out of memory for a socket")
        }
        try watchdog.watch(socket.raw)
        amqp_tcp_socket_set_sockfd(carrier, socket.release())
    }

    /// Login and channel, together within the connect timeout.
    private func enter(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options
    ) throws(AMQPError) -> Duration {
        budget.start(options.connectTimeout)
        let heartbeat = try login(endpoint, options)
        do throws(AMQPError) {
            try openChannel()
            return heartbeat
        } catch  where [.timeout, .connectionLost].contains(error.code) {
            throw AMQPError(
                .unreachable, "the broker at \(endpoint) did not complete the login: \(error.message)",
                replyCode: error.replyCode)
        }
    }

    private func login(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options
    ) throws(AMQPError) -> Duration {
        let error: AMQPError
        do throws(AMQPError) {
            return .seconds(Int(try logIn(endpoint, options)))
        } catch let failure {
            error = failure
        }
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
        case (_, .tlsRefused):
            throw error
        case (_, .protocolViolation):
            throw AMQPError(.protocolViolation, error.message + Self.hint(endpoint))
        default:
            throw AMQPError(
                .unreachable,
                "the broker at \(endpoint) did not complete the login: \(error.message)\(Self.hint(endpoint))",
                replyCode: error.replyCode)
        }
    }

    private static func hint(_ endpoint: AMQPEndpoint) -> String {
        endpoint.usesTLS ? "" : " (if this port expects TLS, the address begins with amqps://)"
    }

    /// Over TLS a lost connection has its cause where the library cannot see it.
    func explained(_ error: AMQPError) -> AMQPError {
        guard error.code == .connectionLost, error.replyCode == nil else { return error }
        return tlsEnd.error ?? error
    }

    /// Opens the channel (again, after the broker closed it) with publisher confirms on.
    func openChannel() throws(AMQPError) {
        try request(
            "opening a channel", AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(), answer: AMQP_CHANNEL_OPEN_OK_METHOD)
        try request(
            "turning confirms on", AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(),
            answer: AMQP_CONFIRM_SELECT_OK_METHOD)
    }

    var descriptor: Int32 { amqp_get_sockfd(state) }
    var frameMax: Int { Int(amqp_get_frame_max(state)) }
}
