public import AMQPBridge
import Configuration
public import Logging

/// What a service is told by its environment. The names are the same for all.
public struct HostConfiguration: Sendable {
    /// `AMQP_URL`. Default: RabbitMQ's own default address. `AMQP_PASSWORD_FILE`: a file whose first line is the password
    /// of its users, who then stand in the addresses without one. With amqps addresses also `AMQP_CA_FILE`, `AMQP_CERT_FILE`
    /// and `AMQP_KEY_FILE`: paths of PEM files, see `TLSOptions`.
    public var amqp: AMQPConfiguration
    /// `AMQP_CHECK_SENDERS`, true or false: whether events are believed only from the users whose they are. Default: true
    /// when the service logs in as the user of its own name, so that others can be told apart.
    public var checksSenders: Bool
    /// `AMQP_PREFETCH`, 1 to 65,535. Default: 256.
    public var prefetch: UInt16
    /// `AMQP_QUEUE_TYPE`, quorum or classic. Default: quorum.
    public var queueType: QueueType
    /// `AMQP_RETRY_LADDER`. Default: 1s,10s,60s,60s.
    public var ladder: RetryLadder
    /// `HANDLER_LIMIT`: how long one call of a handler may take, 100ms to 10m. Default, as nil: 30s with the ledger, 10m
    /// without, the defaults of `EventLedger` and `SubscriptionOptions`.
    public var handlerLimit: Duration?
    /// `DATA_DIR`: where the service keeps its database. Default: data/<service>.
    public var dataDirectory: String
    /// `HTTP_HOST`: the address the admin port is on. Default: 127.0.0.1, as it shows orders and changes stock.
    public var host: String
    /// `HTTP_NAMES`: names, separated by commas, that requests may call this host by beside `localhost` and loopback
    /// addresses. Default: none on loopback, elsewhere any.
    public var hostNames: [String]
    /// `HTTP_PORT`: the admin port.
    public var port: Int
    /// `HTTP_RATE_LIMIT`: requests a second that one client may make where strangers ask; 0: any number. Default: 1000.
    public var rateLimit: Int
    /// `MAIL_…` and `SMTP_…`.
    public var mail: MailConfiguration
    /// `TRACE_FILE`: where spans are written as OTLP/JSON, an object a line. Default: nowhere.
    public var traceFile: String?
    /// `CRASH_AT`: where the process is to die, in debug builds only. Default: nowhere.
    package var crashPoint: CrashPoint?
    /// `POISON`: which events do harm to their handler, in debug builds only. Default: none.
    package var poison: Poison?
    /// `LOG_LEVEL`. Default: info.
    public var logLevel: Logger.Level
    /// `LOG_FORMAT`, text or json. Default: text.
    public var logsJSON: Bool

    /// - Throws: `invalidConfiguration`, naming the variable, what is wrong and what is allowed.
    public init(service: String, defaultPort: Int, environment: [String: String]? = nil) throws(AMQPError) {
        let provider =
            environment.map { EnvironmentVariablesProvider(environmentVariables: $0) } ?? EnvironmentVariablesProvider()
        let reader = ConfigReader(provider: provider)
        func value(_ key: ConfigKey, secret: Bool = false) -> String? {
            // Set but empty means not set, as for most programs.
            reader.string(forKey: key, isSecret: secret).flatMap { $0.isEmpty ? nil : $0 }
        }
        var options = AMQPConfiguration.Options()
        options.name = service
        options.tls = TLSOptions(
            caFile: value("amqp.ca.file"), certificateFile: value("amqp.cert.file"), keyFile: value("amqp.key.file"))
        let url = value("amqp.url", secret: true) ?? "amqp://guest:guest@127.0.0.1:5672/%2F"
        amqp = try AMQPConfiguration(urls: url, passwordFile: value("amqp.password.file"), options: options)
        checksSenders =
            try Self.choice(value("amqp.check.senders"), "AMQP_CHECK_SENDERS", "true, false") { Bool($0) }
            ?? amqp.endpoints.allSatisfy { $0.user == service }
        prefetch = UInt16(try Self.number(value("amqp.prefetch"), "AMQP_PREFETCH", 1...65_535) ?? 256)
        ladder = try value("amqp.retry.ladder").map { (text) throws(AMQPError) in try RetryLadder(text) } ?? .standard
        handlerLimit = try value("handler.limit").map { (text) throws(AMQPError) in try Self.handlerLimit(text) }
        host = value("http.host") ?? "127.0.0.1"
        hostNames = value("http.names")?.split(separator: ",").map { $0.filter { !$0.isWhitespace } } ?? []
        rateLimit = try Self.number(value("http.rate.limit"), "HTTP_RATE_LIMIT", 0...1_000_000) ?? 1000
        port = try Self.number(value("http.port"), "HTTP_PORT", 0...65_535) ?? defaultPort
        dataDirectory = value("data.dir") ?? "data/\(service)"
        mail = MailConfiguration { value($0, secret: $1) }
        traceFile = value("trace.file")
        crashPoint = try value("crash.at").map { (text) throws(AMQPError) in try CrashPoint(text) }
        poison = try value("poison").map { (text) throws(AMQPError) in try Poison(text) }
        queueType =
            try Self.choice(value("amqp.queue.type"), "AMQP_QUEUE_TYPE", "quorum, classic") {
                QueueType(rawValue: $0)
            } ?? .quorum
        logLevel =
            try Self.choice(
                value("log.level"), "LOG_LEVEL", Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            ) { Logger.Level(rawValue: $0.lowercased()) } ?? .info
        logsJSON =
            try Self.choice(value("log.format"), "LOG_FORMAT", "text, json") {
                ["text": false, "json": true][$0]
            } ?? false
    }

    private static func number(
        _ text: String?, _ name: String, _ range: ClosedRange<Int>
    ) throws(AMQPError) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw AMQPError(
                .invalidConfiguration,
                "\(name): '\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func handlerLimit(_ text: String) throws(AMQPError) -> Duration {
        guard let milliseconds = TimeText.milliseconds(text), (100...600_000).contains(milliseconds) else {
            throw AMQPError(
                .invalidConfiguration, "HANDLER_LIMIT: '\(text)' is not a time from 100ms to 10m; write for example 30s"
            )
        }
        return .milliseconds(milliseconds)
    }

    private static func choice<Value>(
        _ text: String?, _ name: String, _ allowed: String, _ parse: (String) -> Value?
    ) throws(AMQPError) -> Value? {
        guard let text else { return nil }
        guard let value = parse(text) else {
            throw AMQPError(.invalidConfiguration, "\(name): '\(text)' is not one of \(allowed)")
        }
        return value
    }
}
