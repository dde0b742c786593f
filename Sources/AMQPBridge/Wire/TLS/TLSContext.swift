import COpenSSL
import Glibc

/// What a TLS connection is made with: whom it trusts, and as whom it appears.
struct TLSContext: ~Copyable {
    let raw: OpaquePointer

    /// - Throws: `tlsRefused`, naming the file that cannot be used and why.
    static func make(_ options: TLSOptions) throws(AMQPError) -> TLSContext {
        _ = isReady
        guard let raw = SSL_CTX_new(TLS_client_method()) else {
            throw AMQPError(.connectionLost, "no memory for TLS: \(TLSProblem.takeQueued().text)")
        }
        let context = TLSContext(raw)
        try context.demandSafety()
        try context.trust(options.caFile)
        try context.appear(options)
        return context
    }

    /// Left to itself, OpenSSL frees its memory in `exit`, while relays still use it.
    private static let isReady = OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    private init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { SSL_CTX_free(raw) }

    private func demandSafety() throws(AMQPError) {
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
        // RFC 8996: TLS 1.0 and 1.1 must not be used. The system's own configuration may ask for more, never for less.
        guard copenssl_set_min_proto_version(raw, TLS1_2_VERSION) == 1 else {
            throw AMQPError(.tlsRefused, "this OpenSSL cannot be kept to TLS 1.2 or later")
        }
        copenssl_set_mode(raw, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        // One `recv` for several records.
        copenssl_set_read_ahead(raw)
        SSL_CTX_set_default_read_buffer_len(raw, 64 << 10)
        // The default asks at the terminal.
        SSL_CTX_set_default_passwd_cb(raw) { _, _, _, _ in 0 }
    }

    private func trust(_ caFile: String?) throws(AMQPError) {
        guard let caFile else {
            SSL_CTX_set_default_verify_paths(raw)
            // A missing file of the system's is no error of this connection; the verification will say who is unknown.
            ERR_clear_error()
            return
        }
        try Self.check(caFile, "CA file")
        guard SSL_CTX_load_verify_locations(raw, caFile, nil) == 1 else {
            throw Self.unusable(caFile, "CA file", "holds no usable PEM certificate")
        }
    }

    private func appear(_ options: TLSOptions) throws(AMQPError) {
        guard let certificateFile = options.certificateFile else {
            guard let keyFile = options.keyFile else { return }
            throw AMQPError(
                .tlsRefused,
                "there is a key file '\(keyFile)' but no certificate: set both, in AMQP_CERT_FILE and AMQP_KEY_FILE "
                    + "or as certfile and keyfile in the address")
        }
        try Self.check(certificateFile, "certificate file")
        guard SSL_CTX_use_certificate_chain_file(raw, certificateFile) == 1 else {
            throw Self.unusable(certificateFile, "certificate file", "holds no usable PEM certificate")
        }
        let keyFile = options.keyFile ?? certificateFile
        try Self.check(keyFile, "key file")
        guard SSL_CTX_use_PrivateKey_file(raw, keyFile, SSL_FILETYPE_PEM) == 1 else {
            let isOther = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH
            throw isOther
                ? Self.mismatch(keyFile, certificateFile)
                : Self.unusable(
                    keyFile, "key file", "holds no usable PEM key; an encrypted one must be decrypted (openssl pkey)")
        }
        guard SSL_CTX_check_private_key(raw) == 1 else { throw Self.mismatch(keyFile, certificateFile) }
    }

    /// OpenSSL's own words for a missing file are hard to read, and opening a pipe would wait for its writer.
    private static func check(_ path: String, _ what: String) throws(AMQPError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw AMQPError(.tlsRefused, "the \(what) '\(path)' cannot be read: \(SystemError.last.text)")
        }
        let file = Descriptor(descriptor)
        guard lseek(file.raw, 0, SEEK_END) > 0 else {
            throw AMQPError(.tlsRefused, "the \(what) '\(path)' is empty, or not a file")
        }
    }

    private static func unusable(_ path: String, _ what: String, _ problem: String) -> AMQPError {
        AMQPError(.tlsRefused, "the \(what) '\(path)' \(problem) (\(TLSProblem.takeQueued().text))")
    }

    private static func mismatch(_ keyFile: String, _ certificateFile: String) -> AMQPError {
        ERR_clear_error()
        return AMQPError(
            .tlsRefused, "the key in '\(keyFile)' does not belong to the certificate in '\(certificateFile)'")
    }
}
