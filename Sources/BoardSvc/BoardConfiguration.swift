import AMQPBridge
import Configuration
import Foundation
import ServiceHost
import ShopEvents

/// What the board is told by its environment beside what every service is.
struct BoardConfiguration: Sendable {
    /// `ORDER_URL`, `INVENTORY_URL` and so on: where each service's admin port is, without a slash at the end. Default: the
    /// usual ports on loopback.
    var addresses: [ShopService: String]
    /// `OPERATOR_AMQP_URL` and `OPERATOR_AMQP_PASSWORD_FILE`, as `AMQP_URL` and `AMQP_PASSWORD_FILE`: as whom it looks at all
    /// queues, and settles dead letters; those are not a service's business. Default: as the board itself.
    var asOperator: AMQPConfiguration
    /// `BOARD_TOKEN_FILE`, a file that holds it, or `BOARD_TOKEN`: what must be shown to replay or discard dead letters.
    /// Default: none, and then nobody can.
    var token: OperatorToken?

    /// - Throws: `invalidConfiguration`, naming the variable, what is wrong and what is allowed.
    init(_ host: HostConfiguration, environment: [String: String]? = nil) throws(AMQPError) {
        let provider =
            environment.map { EnvironmentVariablesProvider(environmentVariables: $0) } ?? EnvironmentVariablesProvider()
        let reader = ConfigReader(provider: provider)
        func value(_ key: ConfigKey, secret: Bool = false) -> String? {
            reader.string(forKey: key, isSecret: secret).flatMap { $0.isEmpty ? nil : $0 }
        }
        addresses = [:]
        for service in ShopService.allCases where service != .board {
            let given = value(ConfigKey([service.rawValue, "url"]))
            addresses[service] =
                try given.map { (text) throws(AMQPError) in try Self.address(text, of: service) }
                ?? "http://127.0.0.1:\(service.defaultPort)"
        }
        let isEverywhere = ["0.0.0.0", "::"].contains(host.host)
        let own = isEverywhere ? "127.0.0.1" : host.host.contains(":") ? "[\(host.host)]" : host.host
        addresses[.board] = "http://\(own):\(host.port)"
        asOperator = try Self.asOperator(
            host, url: value("operator.amqp.url", secret: true), passwordFile: value("operator.amqp.password.file"))
        token = try OperatorToken(file: value("board.token.file"), text: value("board.token", secret: true))
    }

    private static func asOperator(
        _ host: HostConfiguration, url: String?, passwordFile: String?
    ) throws(AMQPError) -> AMQPConfiguration {
        guard let url else {
            guard passwordFile == nil else {
                throw AMQPError(
                    .invalidConfiguration, "OPERATOR_AMQP_PASSWORD_FILE belongs to OPERATOR_AMQP_URL: set both")
            }
            return host.amqp
        }
        do throws(AMQPError) {
            return try AMQPConfiguration(urls: url, passwordFile: passwordFile, options: host.amqp.options)
        } catch {
            // Its words are about AMQP_URL.
            throw AMQPError(.invalidConfiguration, "for the operator, OPERATOR_…: \(error.message)")
        }
    }

    private static func address(_ text: String, of service: ShopService) throws(AMQPError) -> String {
        let parts = URLComponents(string: text)
        guard let parts, ["http", "https"].contains(parts.scheme), parts.host?.isEmpty == false, parts.user == nil,
            parts.password == nil, parts.query == nil, parts.fragment == nil
        else {
            throw AMQPError(
                .invalidConfiguration,
                "\(service.rawValue.uppercased())_URL should look like http://127.0.0.1:\(service.defaultPort)")
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }
}
