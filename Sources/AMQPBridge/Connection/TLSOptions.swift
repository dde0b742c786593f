/// Whom to trust, and as whom to appear, on an `amqps` address. All of it optional.
///
/// The broker's certificate is always verified, its chain and its host: there is no switch against it. Nothing older than
/// TLS 1.2 is spoken. The files are read at every connecting, so that renewed ones need no restart.
public struct TLSOptions: Hashable, Sendable {
    /// Path of the certificates to trust, PEM, instead of the system's. Default: what OpenSSL trusts on this machine.
    public var caFile: String?
    /// Path of this client's own certificate and the chain below its CA, PEM, the client's first. Default: none.
    public var certificateFile: String?
    /// Path of the certificate's private key, PEM, not encrypted. Default: it is in `certificateFile`.
    public var keyFile: String?

    /// What is nil has the property's default. Files are looked at on connecting: `tlsRefused` when one does not do.
    public init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// These, and the others where these say nothing. A certificate and its key belong together.
    func orElse(_ others: TLSOptions) -> TLSOptions {
        let client = certificateFile == nil && keyFile == nil ? others : self
        return TLSOptions(
            caFile: caFile ?? others.caFile, certificateFile: client.certificateFile, keyFile: client.keyFile)
    }
}
