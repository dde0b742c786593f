import CRabbitMQ

// The login, step by step (AMQP 0-9-1, 2.2.4). The library's own believes the broker: a frame size of one byte makes it
// write beyond its buffer.
extension CConnection {
    /// The least a frame may measure (AMQP 0-9-1, 4.2.3: frame-min-size), in bytes.
    static let leastFrameMax = 4096
    /// What we agree to at most, in bytes: beyond any use, and the stack has to be made for it.
    static let largestFrameMax = 16 << 20

    /// - Returns: the negotiated heartbeat in seconds; zero for none.
    func logIn(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options
    ) throws(AMQPError) -> UInt16 {
        let arena = CArena()
        try MessageLimits.checkShort("vhost", endpoint.vhost)
        let what = "login at \(endpoint)"
        try greet(what)
        try sendMethod(
            what, .connection(AMQP_CONNECTION_START_OK_METHOD), credentials(endpoint, options, arena))
        let heartbeat = try tune(what, options)
        var open = amqp_connection_open_t()
        open.virtual_host = arena.bytes(endpoint.vhost)
        try sendMethod(what, .connection(AMQP_CONNECTION_OPEN_METHOD), open)
        try awaitAnswer(what, .connection(AMQP_CONNECTION_OPEN_OK_METHOD)) {
            (_: amqp_connection_open_ok_t) in
        }
        return heartbeat
    }

    private func greet(_ what: String) throws(AMQPError) {
        try sendProtocolHeader(what)
        let (version, mechanisms) = try awaitAnswer(what, .connection(AMQP_CONNECTION_START_METHOD)) {
            (start: amqp_connection_start_t) in ((start.version_major, start.version_minor), String(start.mechanisms))
        }
        guard version == (0, 9) else {
            throw AMQPError(.protocolViolation, "\(what): the broker speaks AMQP \(version.0)-\(version.1), not 0-9")
        }
        guard mechanisms.split(separator: " ").contains("PLAIN") else {
            throw AMQPError(.protocolViolation, "\(what): the broker takes '\(mechanisms)' and no PLAIN passwords")
        }
    }

    private func credentials(
        _ endpoint: AMQPEndpoint, _ options: AMQPConfiguration.Options, _ arena: borrowing CArena
    ) -> amqp_connection_start_ok_t {
        var reply = amqp_connection_start_ok_t()
        reply.client_properties = arena.table([
            "connection_name": .string(options.name),
            "product": "AMQPBridge",
            "capabilities": .table([
                // A wrong password gets an answer instead of a hang-up.
                "authentication_failure_close": true,
                // Without these a deleted queue or an alarm is silent.
                "connection.blocked": true,
                "consumer_cancel_notify": true,
                "publisher_confirms": true,
                "basic.nack": true,
            ]),
        ])
        reply.mechanism = arena.bytes("PLAIN")
        // RFC 4616: an empty authorization identity, then who and the password, each after a NUL.
        reply.response = arena.bytes("\0\(endpoint.user)\0\(endpoint.password)")
        reply.locale = arena.bytes("en_US")
        return reply
    }

    /// The smaller wish counts; zero is no wish.
    private func tune(
        _ what: String, _ options: AMQPConfiguration.Options
    ) throws(AMQPError) -> UInt16 {
        let wish = try awaitAnswer(what, .connection(AMQP_CONNECTION_TUNE_METHOD)) {
            (tune: amqp_connection_tune_t) in tune
        }
        let ourMax = min(options.frameMax, Self.largestFrameMax)
        let frameMax = wish.frame_max == 0 ? ourMax : min(ourMax, Int(wish.frame_max))
        guard frameMax >= Self.leastFrameMax else {
            throw AMQPError(
                .protocolViolation, "\(what): frames of \(frameMax) bytes; AMQP asks for \(Self.leastFrameMax) at least"
            )
        }
        let ours = UInt16(clamping: options.heartbeat.components.seconds)
        var agreed = amqp_connection_tune_ok_t()
        agreed.channel_max = Self.channel
        agreed.frame_max = UInt32(clamping: frameMax)
        agreed.heartbeat = wish.heartbeat == 0 ? ours : min(ours, wish.heartbeat)
        // The heartbeats are ours to send: the library's may land inside a half-sent batch.
        let status = amqp_tune_connection(state, Int32(Self.channel), Int32(clamping: frameMax), 0)
        guard status == AMQP_STATUS_OK.rawValue else { throw CReply.error(status: status, doing: what) }
        try sendMethod(what, .connection(AMQP_CONNECTION_TUNE_OK_METHOD), agreed)
        return agreed.heartbeat
    }
}

extension CConnection.Selector {
    static func connection(_ method: amqp_method_number_t) -> Self { Self(channel: 0, method: method) }
}
