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
    let inbound = Inbound(size: readSize)

    init(callTimeout: Duration, _ watchdog: CallWatchdog) throws(AMQPError) {
        guard let state = amqp_new_connection() else {
            throw AMQPError(.connectionLost, "out of memory for a connection")
        }
        self.state = state
        self.callTimeout = callTimeout
        self.watchdog = watchdog
    }

    deinit {
        amqp_destroy_connection(state)
        watchdog.close()
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
            return try enter(endpoint, options)
        } catch {
            // Cancelling shuts the socket down, which looks like any loss.
            try attempt.checkCancellation()
            throw error
        }
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
    private func enter(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options
    ) throws(AMQPError) -> Duration {
        let deadline = ContinuousClock.now + options.connectTimeout
        let heartbeat = try login(endpoint, options, by: deadline)
        do throws(AMQPError) {
            try openChannel(by: deadline)
            return heartbeat
        } catch  where [.timeout, .connectionLost].contains(error.code) {
            throw AMQPError(
                .unreachable, "the broker at \(endpoint) did not complete the login: \(error.message)",
                replyCode: error.replyCode)
        }
    }

    private func login(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options, by deadline: ContinuousClock.Instant
    ) throws(AMQPError) -> Duration {
        let error: AMQPError
        do throws(AMQPError) {
            return .seconds(Int(try logIn(endpoint, options, by: deadline)))
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
        try request(
            "opening a channel", AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(), answer: AMQP_CHANNEL_OPEN_OK_METHOD,
            by: deadline)
        try request(
            "turning confirms on", AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(),
            answer: AMQP_CONFIRM_SELECT_OK_METHOD, by: deadline)
    }

    var descriptor: Int32 { amqp_get_sockfd(state) }
    var frameMax: Int { Int(amqp_get_frame_max(state)) }
}
