import AMQPBridge
import CCurl

/// libcurl's easy handle: it sends one mail at a time and keeps the connection for the next. The only file that knows C.
///
/// Blocks its caller. Not for two threads at the same time.
struct CurlHandle: ~Copyable {
    /// Once for the process; thread-safe as a static.
    private static let isInitialized = curl_global_init(ccurl_global_all) == CURLE_OK

    private let handle: UnsafeMutableRawPointer

    private init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }

    /// - Throws: `invalidConfiguration` when this libcurl cannot do what is asked of it.
    static func open(_ server: SMTPServer) throws(AMQPError) -> CurlHandle {
        guard isInitialized, let handle = curl_easy_init() else {
            throw AMQPError(.invalidConfiguration, "libcurl cannot be initialized")
        }
        let curl = CurlHandle(handle)
        try curl.configure(server)
        return curl
    }

    deinit { curl_easy_cleanup(handle) }

    /// Sends the mail.
    ///
    /// - Parameters:
    ///   - isFresh: on a new connection, whatever is open.
    ///   - limit: for all of it.
    /// - Returns: nil when the server has confirmed it, else why not, and whether the connection had been used before.
    func send(
        _ transfer: SMTPTransfer, isFresh: Bool, within limit: Duration
    ) -> (cause: SMTPFailure.Cause, detail: String, wasReused: Bool)? {
        let recipients = curl_slist_append(nil, "<\(transfer.envelope.to)>")
        defer { curl_slist_free_all(recipients) }
        guard recipients != nil else { return (.lost, "out of memory", false) }
        var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let result = words.withUnsafeMutableBufferPointer { words in
            let context = Unmanaged.passUnretained(transfer).toOpaque()
            ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, words.baseAddress)
            ccurl_set_pointer(handle, CURLOPT_READDATA, context)
            ccurl_set_pointer(handle, CURLOPT_DEBUGDATA, context)
            ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
            ccurl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
            ccurl_set_string(handle, CURLOPT_MAIL_FROM, "<\(transfer.envelope.from)>")
            ccurl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(transfer.envelope.bytes.count))
            ccurl_set_long(handle, CURLOPT_FRESH_CONNECT, isFresh ? 1 : 0)
            ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, limit.inMilliseconds))
            let result = withExtendedLifetime(transfer) { curl_easy_perform(handle) }
            // None of it outlives the call.
            ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil)
            ccurl_set_pointer(handle, CURLOPT_MAIL_RCPT, nil)
            return result
        }
        guard result != CURLE_OK else { return nil }
        var connections = 1
        ccurl_get_long(handle, CURLINFO_NUM_CONNECTS, &connections)
        let said = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let detail = said.isEmpty ? String(cString: curl_easy_strerror(result)) : said
        return (Self.cause(of: result), BodyText.line(detail), connections == 0)
    }

    private static func cause(of result: CURLcode) -> SMTPFailure.Cause {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: .loginRefused
        case CURLE_ABORTED_BY_CALLBACK: .stopped
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ISSUER_ERROR:
            .insecure
        default: .lost
        }
    }

    // MARK: Options

    private func configure(_ server: SMTPServer) throws(AMQPError) {
        try checked(ccurl_allow_mail_only(handle), "smtp")
        try set(CURLOPT_URL, "\(server.security == .immediate ? "smtps" : "smtp")://\(server.authority)")
        // Not by the environment's proxy, nor by any signal.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_UPLOAD, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, server.connectTimeout.inMilliseconds)
        // For what the limit of a mail leaves out.
        try set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(max(1, server.mailTimeout.components.seconds)))
        try secure(server)
        if let login = server.login {
            try set(CURLOPT_USERNAME, login.user)
            try set(CURLOPT_PASSWORD, login.password)
        }
        try setCallbacks()
    }

    private func secure(_ server: SMTPServer) throws(AMQPError) {
        let use =
            switch server.security {
            case .immediate, .required: CURLUSESSL_ALL
            case .optional: CURLUSESSL_TRY
            case .never: CURLUSESSL_NONE
            }
        try set(CURLOPT_USE_SSL, Int(use.rawValue))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = server.authorities { try set(CURLOPT_CAINFO, file) }
    }

    private func setCallbacks() throws(AMQPError) {
        let read = ccurl_set_read(handle) { buffer, size, count, context in
            guard let context, let buffer else { return 0 }
            let bytes = SMTPTransfer.from(context).read(size * count)
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(start: buffer, count: size * count).copyMemory(from: $0)
            }
            return bytes.count
        }
        try checked(read, "reading")
        let debug = ccurl_set_debug(handle) { _, kind, data, size, context in
            guard let context, let data else { return 0 }
            let isSent = kind == CURLINFO_HEADER_OUT
            guard isSent || kind == CURLINFO_HEADER_IN else { return 0 }
            let line = [UInt8](UnsafeRawBufferPointer(start: data, count: size))
            let transfer = SMTPTransfer.from(context)
            if isSent { transfer.noteSent(line) } else { transfer.noteReceived(line) }
            return 0
        }
        try checked(debug, "following")
        try checked(
            ccurl_set_progress(handle) { context, _, _, _, _ in
                context.map { SMTPTransfer.from($0).isStopped } == true ? 1 : 0
            }, "stopping")
        try set(CURLOPT_NOPROGRESS, 0)
        // Whoever follows the dialogue must ask for it; nothing is printed.
        try set(CURLOPT_VERBOSE, 1)
    }

    private func set(_ option: CURLoption, _ value: Int) throws(AMQPError) {
        try checked(ccurl_set_long(handle, option, value), "\(option.rawValue)")
    }

    private func set(_ option: CURLoption, _ value: String) throws(AMQPError) {
        try checked(ccurl_set_string(handle, option, value), "\(option.rawValue)")
    }

    private func checked(_ result: CURLcode, _ what: String) throws(AMQPError) {
        guard result == CURLE_OK else {
            let reason = String(cString: curl_easy_strerror(result))
            throw AMQPError(.invalidConfiguration, "libcurl cannot do what mail needs (\(what)): \(reason)")
        }
    }
}

extension SMTPTransfer {
    /// The one that libcurl was given as its callbacks' context.
    fileprivate static func from(_ context: UnsafeMutableRawPointer) -> SMTPTransfer {
        Unmanaged<SMTPTransfer>.fromOpaque(context).takeUnretainedValue()
    }
}

extension Duration {
    fileprivate var inMilliseconds: Int {
        Int(clamping: components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
