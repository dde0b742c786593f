import COpenSSL
import Glibc

/// TLS over one connected socket that does not block. One thread at a time.
final class TLSSession {
    private let socket: TLSSocket
    private let ssl: OpaquePointer
    private let endpoint: AMQPEndpoint

    enum Step {
        case done(Int)
        case wantsRead
        case wantsWrite
        /// The peer closed, with or without TLS's goodbye: AMQP has its own.
        case ended
        case failed(TLSProblem)
    }

    /// - Throws: `tlsRefused` when something of the configuration cannot be used.
    init(_ socket: consuming Descriptor, _ endpoint: AMQPEndpoint, _ options: TLSOptions) throws(AMQPError) {
        let context = try TLSContext.make(options)
        guard let ssl = SSL_new(context.raw) else {
            throw AMQPError(.connectionLost, "no memory for TLS: \(TLSProblem.takeQueued().text)")
        }
        self.ssl = ssl
        self.endpoint = endpoint
        self.socket = TLSSocket(socket)
        guard let bio = self.socket.makeBIO() else {
            throw AMQPError(.connectionLost, "no memory for TLS")
        }
        SSL_set_bio(ssl, bio, bio)
        try expect(endpoint.host)
    }

    deinit { SSL_free(ssl) }

    var descriptor: Int32 { socket.descriptor.raw }

    /// The certificate must be for this host: RFC 9525, by its subject alternative names alone.
    private func expect(_ host: String) throws(AMQPError) {
        let parameters = SSL_get0_param(ssl)
        let isSet: Bool
        if SocketAddress.isNumeric(host) {
            isSet = X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1
        } else {
            X509_VERIFY_PARAM_set_hostflags(
                parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
            isSet = X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 && copenssl_set_server_name(ssl, host) == 1
        }
        guard isSet else {
            throw AMQPError(
                .tlsRefused, "no certificate can be for '\(host)': \(TLSProblem.takeQueued().text). Use a host name")
        }
    }

    /// Agrees on keys and verifies the broker's certificate.
    ///
    /// - Throws: `tlsRefused`; `unreachable` when the handshake broke or did not end by the deadline; `cancelled`.
    func handshake(_ attempt: ConnectAttempt) throws(AMQPError) {
        while true {
            switch step({ SSL_connect(ssl) }) {
            case .done: return
            case .wantsRead: try wait(POLLIN, attempt)
            case .wantsWrite: try wait(POLLOUT, attempt)
            case .ended:
                try refusePlainText()
                throw AMQPError(
                    .unreachable,
                    "\(endpoint) closed the connection during the TLS handshake; is it the broker's TLS port?")
            case .failed(let problem):
                try refusePlainText()
                let result = SSL_get_verify_result(ssl)
                throw result == Int(X509_V_OK)
                    ? problem.refusal(of: endpoint) : TLSProblem.refusal(of: endpoint, verification: result)
            }
        }
    }

    private func wait(_ events: Int32, _ attempt: ConnectAttempt) throws(AMQPError) {
        guard try attempt.wait(for: descriptor, events) == .ready else {
            try refusePlainText()
            throw AMQPError(
                .unreachable,
                "no TLS handshake with \(endpoint) within \(attempt.limit); is it the broker's TLS port?")
        }
    }

    /// A broker's plain port answers a client it does not understand with the name of its protocol.
    private func refusePlainText() throws(AMQPError) {
        let isAMQP = socket.greeting.elementsEqual("AMQP".utf8)
        let isHTTP = socket.greeting.elementsEqual("HTTP".utf8)
        guard isAMQP || isHTTP else { return }
        throw AMQPError(
            .tlsRefused,
            "\(endpoint) speaks plain \(isAMQP ? "AMQP" : "HTTP"), not TLS: use the broker's TLS port, usually 5671, or "
                + "an amqp:// address")
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        step { SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count)) }
    }

    /// After `wantsRead` or `wantsWrite` the same bytes must come again.
    func write(_ bytes: UnsafeRawBufferPointer) -> Step {
        step { SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count)) }
    }

    /// Says, if the socket takes it now, that nothing more will come.
    func sayGoodbye() {
        _ = step { SSL_shutdown(ssl) }
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// What ended the traffic.
    func loss(_ problem: TLSProblem) -> AMQPError { problem.loss(of: endpoint) }

    private func step(_ call: () -> Int32) -> Step {
        ERR_clear_error()
        errno = 0
        let result = call()
        let error = SystemError.last
        if result > 0 { return .done(Int(result)) }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL where error.number == 0: return .ended
        case SSL_ERROR_SYSCALL: return .failed(.system(error))
        default: return .failed(.takeQueued())
        }
    }
}
