// RabbitMQ's URI scheme: amqp://user:password@host:port/vhost, each part percent-encoded; a missing vhost is "/",
// and "amqp://host/" names the vhost with the empty name. Written out here because Foundation's URL parser accepts
// and normalises what a broker address must not contain.
extension AMQPEndpoint {
    /// Reads one address: `amqp://user:password@host:port/vhost`, or `amqps://…` for TLS. What is missing has RabbitMQ's
    /// default: guest, guest, 5672 (TLS: 5671), `/`.
    ///
    /// After an `amqps` address may stand, as in RabbitMQ's URI query parameters, `?cacertfile=…&certfile=…&keyfile=…`:
    /// see ``TLSOptions``. Paths are percent-encoded where they hold `%`, `&`, `,` or `#`.
    ///
    /// - Throws: `invalidConfiguration`, with what is wrong and how it should look; never with the password.
    public init(url: String) throws(AMQPError) {
        let (scheme, address) = try Self.split(url)
        guard scheme == "amqp" || scheme == "amqps" else {
            throw Self.invalid("it does not begin with amqp:// or amqps://")
        }
        let usesTLS = scheme == "amqps"
        let (rest, query) = usesTLS ? address.splitOnce(at: "?") : (address, nil)
        let (authority, path) = rest.splitOnce(at: "/")
        var hostAndPort = authority
        var user = "guest"
        var password = "guest"
        if let at = authority.lastIndex(of: "@") {
            let (name, secret) = authority[..<at].splitOnce(at: ":")
            user = try Self.decoded(name, "user name")
            password = try Self.decoded(secret ?? "", "password")
            hostAndPort = authority[authority.index(after: at)...]
        }
        let (host, port) = try Self.hostAndPort(hostAndPort)
        if let path, path.contains("/") || path.contains("?") {
            throw Self.invalid(
                "the vhost is one word; write a slash in it as %2F, and options only after an amqps:// address")
        }
        self.init(
            host: host, port: port, vhost: try Self.decoded(path ?? "/", "vhost"), user: user, password: password,
            usesTLS: usesTLS)
        if let query { tls = try Self.tlsOptions(query) }
    }

    private static func tlsOptions(_ query: Substring) throws(AMQPError) -> TLSOptions {
        var options = TLSOptions()
        var seen: Set<Substring> = []
        for parameter in query.split(separator: "&", omittingEmptySubsequences: false) {
            let (name, text) = parameter.splitOnce(at: "=")
            let value = try decoded(text ?? "", "value of an option")
            switch name {
            case "cacertfile": options.caFile = value
            case "certfile": options.certificateFile = value
            case "keyfile": options.keyFile = value
            case "verify" where value == "verify_peer": break
            case "verify" where value == "verify_none":
                throw invalid("verify_none would talk to anybody who answers; name the CA's file as cacertfile instead")
            default:
                // The name is not repeated: with a bare ? in the password it is a piece of that.
                throw invalid(
                    "after the ? stand cacertfile, certfile, keyfile and verify=verify_peer, and nothing else "
                        + "(is a ? in the password? Write %3F)")
            }
            guard !value.isEmpty, seen.insert(name).inserted else {
                throw invalid("the option \(name) is empty, or there twice")
            }
        }
        return options
    }

    private static func split(_ url: String) throws(AMQPError) -> (Substring, Substring) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else {
            throw invalid("it is not an address")
        }
        return (url[..<colon], url[url.index(colon, offsetBy: 3)...])
    }

    private static func hostAndPort(_ text: Substring) throws(AMQPError) -> (String, Int?) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw invalid("the IPv6 address is not closed by ]") }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw invalid("the host is unclear") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            (host, port) = text.splitOnce(at: ":")
        }
        guard !host.isEmpty else { throw invalid("the host is missing") }
        guard !host.contains("?") else { throw invalid("options stand only after an amqps:// address") }
        return (try decoded(host, "host"), try port.map { (text) throws(AMQPError) in try portNumber(text) })
    }

    private static func portNumber(_ text: Substring) throws(AMQPError) -> Int {
        // The text is not repeated: in an address with a bare / or , in its password it is a piece of that.
        guard let number = Int(text), (1...65535).contains(number), text.first != "+" else {
            throw invalid(
                "the port is not a number from 1 to 65535 (is a /, ? or , in the password? Write %2F, %3F or %2C)")
        }
        return number
    }

    private static func decoded(_ text: Substring, _ part: String) throws(AMQPError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap({ Character(UnicodeScalar($0)).hexDigitValue }),
                let low = rest.popFirst().flatMap({ Character(UnicodeScalar($0)).hexDigitValue })
            else { throw invalid("the \(part) holds a % that starts no percent-encoding") }
            bytes.append(UInt8(high * 16 + low))
        }
        let result = String(decoding: bytes, as: UTF8.self)
        guard !bytes.contains(0), result.utf8.elementsEqual(bytes) else {
            throw invalid("the \(part) is not UTF-8 text")
        }
        return result
    }

    private static func invalid(_ reason: String) -> AMQPError {
        AMQPError(
            .invalidConfiguration,
            "AMQP_URL: \(reason). It should look like amqp://user:password@host:5672/vhost, several separated by commas"
        )
    }
}

extension Substring {
    /// The text before the first separator, and what follows it (nil when there is none).
    func splitOnce(at separator: Character) -> (Substring, Substring?) {
        guard let index = firstIndex(of: separator) else { return (self, nil) }
        return (self[..<index], self[self.index(after: index)...])
    }
}
