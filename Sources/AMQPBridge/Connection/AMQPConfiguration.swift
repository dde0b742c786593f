/// Where the broker is and how to talk to it.
public struct AMQPConfiguration: Sendable {
    /// Tried in turn; without any, connecting throws `invalidConfiguration`.
    public var endpoints: [AMQPEndpoint]
    /// The same for all endpoints.
    public var options: Options

    /// What a connection asks for, and how long it waits.
    public struct Options: Sendable {
        /// Shown by `rabbitmqctl list_connections`. Default: "amqpbridge".
        public var name = "amqpbridge"
        /// Default: 5 s. Finding the host's addresses, connecting and the TLS handshake together end within this; logging
        /// in within this again.
        public var connectTimeout: Duration = .seconds(5)
        /// One call such as a declaration, with whatever it takes on the wire. Default: 10 s.
        public var callTimeout: Duration = .seconds(10)
        /// From publishing to the broker's confirm. Default: 30 s.
        public var publishTimeout: Duration = .seconds(30)
        /// Proposed to the broker, whole seconds. A peer that is silent for two of these is dead. Default: 10 s
        /// (RabbitMQ's guide: 5 to 20 s).
        public var heartbeat: Duration = .seconds(10)
        /// Proposed frame size in bytes. Default: 131,072; RabbitMQ 4.1 refuses less than 8,192.
        public var frameMax = 131_072
        /// Larger deliveries arrive without their body. Default: 1 MiB.
        public var maxBodySize = 1 << 20
        /// Publishings on the wire without a confirm yet; more wait their turn. Default: 4,096.
        public var maxUnconfirmed = 4096
        /// Messages that name no `user_id` carry the endpoint's user, which the broker holds against the login: so their
        /// receivers know for sure who sent them. Default: true. False where the broker knows this user by another name
        /// than the endpoint's (OAuth 2, for example): there any `user_id` costs the channel.
        public var sendsUserID = true
        /// For the endpoints with ``AMQPEndpoint/usesTLS``, where their own ``AMQPEndpoint/tls`` says nothing.
        public var tls = TLSOptions()

        /// All defaults.
        public init() {}
    }

    /// Nothing is checked before it connects.
    public init(endpoints: [AMQPEndpoint], options: Options = Options()) {
        self.endpoints = endpoints
        self.options = options
    }

    /// Reads `AMQP_URL`: one or more addresses `amqp://user:password@host:port/vhost`, separated by commas; see
    /// ``AMQPEndpoint/init(url:)``.
    ///
    /// - Throws: `invalidConfiguration`, with what is wrong and how it should look; never with the password.
    public init(urls: String, options: Options = Options()) throws(AMQPError) {
        var endpoints: [AMQPEndpoint] = []
        for url in urls.split(separator: ",", omittingEmptySubsequences: false) {
            endpoints.append(try AMQPEndpoint(url: String(url).trimmingBlanks))
        }
        self.init(endpoints: endpoints, options: options)
    }

    /// Reads `AMQP_URL` and `AMQP_PASSWORD_FILE`.
    ///
    /// - Parameters:
    ///   - urls: as in ``init(urls:options:)``; with a file each with a user and without a password.
    ///   - passwordFile: a file whose first line is the password of these users; nil: the addresses hold their own.
    /// - Throws: `invalidConfiguration`, with what is wrong and how it should look; never with the password.
    public init(urls: String, passwordFile: String?, options: Options = Options()) throws(AMQPError) {
        try self.init(urls: urls, options: options)
        guard let passwordFile else { return }
        guard endpoints.allSatisfy(\.password.isEmpty) else {
            throw AMQPError(
                .invalidConfiguration,
                "AMQP_PASSWORD_FILE is for addresses with a user and no password, amqp://user@host:5672/vhost; "
                    + "AMQP_URL has another")
        }
        let password = try SecretFile.firstLine(of: passwordFile, named: "AMQP_PASSWORD_FILE")
        for index in endpoints.indices { endpoints[index].password = password }
    }
}

extension AMQPConfiguration {
    /// The same endpoints in the same circle, the one that was just lost at the end.
    mutating func begin(after lost: AMQPEndpoint) {
        guard let index = endpoints.firstIndex(of: lost) else { return }
        endpoints = Array(endpoints[(index + 1)...] + endpoints[...index])
    }
}

/// One broker address. Its description is `host:port`; no way of printing it shows the password.
public struct AMQPEndpoint: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// A name or an address; an IPv6 address without brackets.
    public var host: String
    /// 1 to 65,535.
    public var port: Int
    /// Default: `/`. At most 255 bytes of UTF-8.
    public var vhost: String
    /// Default: guest, whom RabbitMQ lets in from its own host only.
    public var user: String
    /// Default: guest. Sent as it is (SASL PLAIN, RFC 4616): without TLS everybody on the way can read it.
    public var password: String
    /// TLS, with the broker's certificate verified: scheme `amqps`.
    public var usesTLS: Bool
    /// This endpoint's own files for TLS, which come before those of ``AMQPConfiguration/Options/tls``.
    public var tls = TLSOptions()

    /// - Parameter port: nil: 5672, or 5671 with TLS.
    public init(
        host: String, port: Int? = nil, vhost: String = "/", user: String = "guest", password: String = "guest",
        usesTLS: Bool = false
    ) {
        self.host = host
        self.port = port ?? (usesTLS ? 5671 : 5672)
        self.vhost = vhost
        self.user = user
        self.password = password
        self.usesTLS = usesTLS
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Without the password.
    public var customMirror: Mirror {
        Mirror(self, children: ["host": host, "port": port, "vhost": vhost, "user": user, "usesTLS": usesTLS])
    }
}

extension String {
    var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
