import AMQPBridge
import FoundationEssentials
import ServiceHost

/// The mail server that mail is handed to, and how.
///
/// `smtps://` is TLS from the first byte. `smtp://` begins in the clear and turns to TLS by STARTTLS (RFC 3207): it must
/// when credentials are given or the host is not this machine, and else does when the server offers it. `?starttls=` in
/// the URL overrules that. Certificates are always verified.
struct SMTPServer: Sendable, Equatable {
    enum Security: String, Sendable {
        /// TLS before SMTP begins (RFC 8314, 3).
        case immediate
        /// STARTTLS, or no mail is sent.
        case required
        /// STARTTLS when the server offers it.
        case optional
        /// In the clear.
        case never
    }

    struct Login: Sendable, Equatable {
        var user: String
        var password: String
    }

    /// Without the brackets of an IPv6 address.
    var host: String
    var port: Int
    var security: Security
    var login: Login?
    /// A PEM file; nil: the system's authorities.
    var authorities: String?
    /// For name, TCP, TLS and login.
    var connectTimeout: Duration = .seconds(10)
    /// For a whole mail, connecting included.
    var mailTimeout: Duration = .seconds(60)

    /// Nil without `SMTP_URL`.
    ///
    /// - Throws: `invalidConfiguration`, naming the variable, what is wrong and what to do; never with the password.
    init?(_ configuration: MailConfiguration) throws(AMQPError) {
        guard let url = configuration.serverURL else { return nil }
        try self.init(url: url, login: Self.login(configuration))
        if let file = configuration.authorities {
            guard FileManager.default.isReadableFile(atPath: file) else {
                throw AMQPError(.invalidConfiguration, "SMTP_CA_FILE: '\(file)' cannot be read")
            }
            authorities = file
        }
    }

    /// As it may be shown.
    var description: String {
        "\(security == .immediate ? "smtps" : "smtp")://\(authority)"
    }

    /// Host and port as a URL has them.
    var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Whether a password would cross a network for everybody to read.
    var isExposed: Bool { security == .never && login != nil && !Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        let bytes = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return host == "localhost" || host == "::1" || bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil)
    }

    // MARK: The login beside the URL

    private static func login(_ configuration: MailConfiguration) throws(AMQPError) -> Login? {
        switch (configuration.user, configuration.passwordFile) {
        case (nil, nil): return nil
        case (let user?, let file?):
            guard !user.utf8.contains(where: { $0 < 0x20 }) else {
                throw AMQPError(.invalidConfiguration, "SMTP_USER holds a control character")
            }
            return Login(user: user, password: try SecretFile.firstLine(of: file, named: "SMTP_PASSWORD_FILE"))
        default:
            throw AMQPError(.invalidConfiguration, "SMTP_USER and SMTP_PASSWORD_FILE belong together: set both")
        }
    }
}
