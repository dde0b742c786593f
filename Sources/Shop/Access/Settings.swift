import AMQPBridge
import Configuration
import ShopEvents

/// What the environment says; the same names as everywhere in the shop. An empty variable is an absent one.
struct Settings {
    static let defaultBroker = "amqp://guest:guest@127.0.0.1:5672/%2F"

    private let reader: ConfigReader

    init(_ provider: EnvironmentVariablesProvider = EnvironmentVariablesProvider()) {
        reader = ConfigReader(provider: provider)
    }

    private func text(_ key: ConfigKey) -> String? {
        guard let text = reader.string(forKey: key), !text.isEmpty else { return nil }
        return text
    }

    /// `AMQP_URL` and `AMQP_PASSWORD_FILE`; with amqps addresses also `AMQP_CA_FILE`, `AMQP_CERT_FILE` and `AMQP_KEY_FILE`.
    func broker() throws -> AMQPConfiguration {
        var options = AMQPConfiguration.Options()
        options.name = "shop"
        options.tls = TLSOptions(
            caFile: text("amqp.ca.file"), certificateFile: text("amqp.cert.file"), keyFile: text("amqp.key.file"))
        return try AMQPConfiguration(
            urls: text("amqp.url") ?? Self.defaultBroker, passwordFile: text("amqp.password.file"), options: options)
    }

    /// `AMQP_QUEUE_TYPE`.
    func queueType() throws -> QueueType {
        guard let text = text("amqp.queue.type") else { return .quorum }
        guard let type = QueueType(rawValue: text) else {
            throw Failure.wrongUsage("AMQP_QUEUE_TYPE is quorum or classic, not '\(text)'")
        }
        return type
    }

    /// `AMQP_RETRY_LADDER`.
    func ladder() throws -> RetryLadder {
        guard let text = text("amqp.retry.ladder") else { return .standard }
        return try RetryLadder(text)
    }

    /// Everything the shop needs on the broker.
    func topology() throws -> Topology { ShopTopology.all(queueType: try queueType(), ladder: try ladder()) }

    /// `ORDER_URL`, `INVENTORY_URL` and so on.
    func address(of service: ShopService) throws -> ServiceAddress {
        let text = text(ConfigKey([service.rawValue, "url"])) ?? "http://127.0.0.1:\(service.defaultPort)"
        guard let address = ServiceAddress(text, of: service) else {
            throw Failure.wrongUsage(
                "\(service.rawValue.uppercased())_URL should look like http://127.0.0.1:\(service.defaultPort)")
        }
        return address
    }
}

/// Where a service's admin HTTP door is.
struct ServiceAddress: Equatable {
    var service: ShopService
    /// Without a slash at the end.
    var url: String

    /// Nil for what is no plain http address; one with a password in it would end up in error messages.
    init?(_ text: String, of service: ShopService) {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        guard !rest.isEmpty, !rest.hasPrefix("/"), rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !rest.contains(where: { "@?#".contains($0) })
        else { return nil }
        self.service = service
        url = text
        while url.hasSuffix("/") { url.removeLast() }
    }
}
