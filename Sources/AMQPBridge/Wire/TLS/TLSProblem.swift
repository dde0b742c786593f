import COpenSSL

/// Why TLS did not come about or broke, in OpenSSL's words and with what to do about it.
struct TLSProblem {
    /// OpenSSL's reason code (`SSL_R_…`); an alert of the peer's is 1000 and its number. 0: the system's socket failed.
    var reason: Int32
    var text: String

    /// The first error OpenSSL noted on this thread; the others are dropped.
    static func takeQueued() -> TLSProblem {
        let code = ERR_get_error()
        defer { ERR_clear_error() }
        guard code != 0 else { return TLSProblem(reason: 0, text: "no reason given") }
        guard let text = ERR_reason_error_string(code) else {
            return TLSProblem(reason: 0, text: SystemError(number: ERR_GET_REASON(code)).text)
        }
        return TLSProblem(reason: ERR_GET_REASON(code), text: String(cString: text))
    }

    static func system(_ error: SystemError) -> TLSProblem { TLSProblem(reason: 0, text: error.text) }

    /// During the handshake: `tlsRefused` when somebody must change something first, else `unreachable`.
    func refusal(of endpoint: AMQPEndpoint) -> AMQPError {
        guard let advice else {
            return AMQPError(.unreachable, "the TLS handshake with \(endpoint) failed: \(text)")
        }
        return AMQPError(.tlsRefused, "no TLS with \(endpoint): \(text). \(advice)")
    }

    /// After the handshake, which in TLS 1.3 ends before the broker has looked at the client's certificate: `tlsRefused`
    /// as above, else `connectionLost`.
    func loss(of endpoint: AMQPEndpoint) -> AMQPError {
        let refusal = refusal(of: endpoint)
        guard refusal.code != .tlsRefused else { return refusal }
        return AMQPError(.connectionLost, "the TLS connection to \(endpoint) broke: \(text)")
    }

    /// What somebody has to change; nil when it may go better next time.
    private var advice: String? {
        switch reason {
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
            "The broker wants a client certificate (AMQP_CERT_FILE and AMQP_KEY_FILE, or certfile and keyfile in the "
                + "address), or shares no TLS version or cipher with this client"
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, SSL_R_TLSV1_ALERT_UNKNOWN_CA, SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            "The broker does not accept this client's certificate: see AMQP_CERT_FILE, or certfile in the address"
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW,
            SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
            "The broker must speak TLS 1.2 or later"
        case SSL_R_CA_KEY_TOO_SMALL, SSL_R_CA_MD_TOO_WEAK, SSL_R_EE_KEY_TOO_SMALL, SSL_R_DH_KEY_TOO_SMALL:
            "The certificate's or the broker's keys are too weak for this machine: make stronger ones"
        default: nil
        }
    }

    /// The broker showed a certificate that does not do.
    static func refusal(of endpoint: AMQPEndpoint, verification result: Int) -> AMQPError {
        let text = String(cString: X509_verify_cert_error_string(result))
        return AMQPError(
            .tlsRefused, "the certificate of \(endpoint) is not accepted: \(text). \(advice(on: result, endpoint))")
    }

    private static func advice(on result: Int, _ endpoint: AMQPEndpoint) -> String {
        switch Int32(truncatingIfNeeded: result) {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            "Use an address the certificate was made for, or one that names '\(endpoint.host)' among its subject "
                + "alternative names"
        case X509_V_ERR_CERT_HAS_EXPIRED:
            "Renew it (or its CA's), if this machine's clock is right"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            "Compare the clocks of the machine that made it and of this one"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_CERT_UNTRUSTED:
            "Nobody here trusts who signed it: name the CA's file in AMQP_CA_FILE, or as cacertfile in the address"
        default:
            "The broker needs another certificate"
        }
    }
}
