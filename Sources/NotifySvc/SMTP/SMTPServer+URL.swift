import AMQPBridge
import FoundationEssentials

extension SMTPServer {
    /// Reads `smtp://user:password@host:port?starttls=…` or `smtps://…`, each part percent-encoded.
    ///
    /// Without a port it is 465 for `smtps`, 587 for `smtp` (RFC 8314, 3.3; RFC 6409, 3.1).
    ///
    /// - Parameter login: given beside the URL, which then must hold none.
    /// - Throws: `invalidConfiguration`, with what is wrong and how it should look; never with a piece of the URL, as any
    ///   may be of a password that lacks its percent-encoding.
    init(url text: String, login other: Login? = nil) throws(AMQPError) {
        guard let url = URLComponents(string: text, encodingInvalidCharacters: false) else {
            throw Self.invalid("it is not an address (in a password write %, @, :, / and ? as %25, %40, %3A, %2F, %3F)")
        }
        guard let scheme = url.scheme?.lowercased(), ["smtp", "smtps"].contains(scheme) else {
            throw Self.invalid("it does not begin with smtp:// or smtps://")
        }
        guard url.path.isEmpty || url.path == "/", url.fragment == nil else {
            throw Self.invalid(
                "nothing but ?starttls=… may follow the host (is a / or # in the password? Write %2F, %23)")
        }
        let login = try Self.login(in: url)
        if login != nil, other != nil { throw Self.invalid("it holds a user, and SMTP_USER is set: choose one") }
        self.login = login ?? other
        host = try Self.host(of: url)
        port = url.port ?? (scheme == "smtps" ? 465 : 587)
        guard (1...65535).contains(port) else { throw Self.invalid("the port is not a number from 1 to 65535") }
        let wanted = try Self.wanted(in: url)
        if scheme == "smtps" {
            guard wanted == nil else { throw Self.invalid("smtps:// is TLS from the start: leave ?starttls out") }
            security = .immediate
        } else {
            security = wanted ?? (self.login != nil || !Self.isLoopback(host) ? .required : .optional)
        }
    }

    private static func host(of url: URLComponents) throws(AMQPError) -> String {
        var host = url.host ?? ""
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isSound = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".-_:".utf8.contains(byte)
            }
        }
        guard !host.isEmpty, isSound else { throw invalid("the host is missing, or no name or number of one") }
        return host
    }

    private static func login(in url: URLComponents) throws(AMQPError) -> Login? {
        guard let encodedUser = url.percentEncodedUser else {
            if url.percentEncodedPassword != nil { throw invalid("there is a password without a user") }
            return nil
        }
        guard let encodedPassword = url.percentEncodedPassword, !encodedUser.isEmpty, !encodedPassword.isEmpty else {
            throw invalid("a user and a password belong together")
        }
        guard let user = url.user, let password = url.password, !user.isEmpty, !password.isEmpty,
            !(user + password).utf8.contains(where: { $0 < 0x20 })
        else { throw invalid("user or password are not text, or hold a control character") }
        return Login(user: user, password: password)
    }

    private static func wanted(in url: URLComponents) throws(AMQPError) -> Security? {
        guard let query = url.percentEncodedQuery else { return nil }
        switch query {
        case "starttls=never": return .never
        case "starttls=optional": return .optional
        case "starttls=required": return .required
        default:
            throw invalid(
                "after the ? stands starttls=never, starttls=optional or starttls=required, and nothing else "
                    + "(is a ? in the password? Write %3F)")
        }
    }

    private static func invalid(_ reason: String) -> AMQPError {
        AMQPError(
            .invalidConfiguration,
            "SMTP_URL: \(reason). It should look like smtp://user:password@mail.example.com:587 or smtps://…")
    }
}
