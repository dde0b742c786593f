import AMQPBridge
import Foundation
import ShopEvents
import ShopRunning

/// One broker user for each program, with the rights of the table in one virtual host: made as an operator makes them, by
/// `deploy/secrets` and two definitions files.
struct ShopUsers: Sendable {
    private let folder: URL
    /// The administrator's, whose user is replaced.
    private let brokerURL: String

    /// The users are the broker's, not the virtual host's: their passwords stay the same for all tests of a broker.
    init(of broker: ShopBroker, in virtualHost: String, at brokerURL: String) async throws {
        self.brokerURL = brokerURL
        folder = URL(filePath: broker.runDirectory).appending(path: "secrets")
        let script = ShopBinaries.repository.appending(path: "deploy/secrets")
        _ = try await Command(executable: script, arguments: [folder.path]).run(within: .seconds(60)).checked()
        try await broker.control("-q", "import_definitions", folder.appending(path: "users.json").path)
        let rights = folder.appending(path: "rights-\(virtualHost).json")
        try JSONEncoder().encode(BrokerDefinitions(vhost: virtualHost)).write(to: rights)
        _ = try await broker.control("-q", "import_definitions", rights.path)
    }

    func environment(of user: ShopUser) throws -> [String: String] {
        ["AMQP_URL": try url(of: user), "AMQP_PASSWORD_FILE": passwordFile(of: user)]
    }

    /// The board's second self.
    func environmentOfDesk() throws -> [String: String] {
        ["OPERATOR_AMQP_URL": try url(of: .operator), "OPERATOR_AMQP_PASSWORD_FILE": passwordFile(of: .operator)]
    }

    func configuration(of user: ShopUser) throws -> AMQPConfiguration {
        try AMQPConfiguration(urls: url(of: user), passwordFile: passwordFile(of: user))
    }

    /// For a client that reads no files.
    func urlWithPassword(of user: ShopUser) throws -> String {
        let password = try SecretFile.firstLine(of: passwordFile(of: user), named: "the test")
        return try url(of: user).changingURL { $0.password = password }
    }

    private func url(of user: ShopUser) throws -> String {
        try brokerURL.changingURL { ($0.user, $0.password) = (user.name, nil) }
    }

    private func passwordFile(of user: ShopUser) -> String { folder.appending(path: "\(user.name).password").path }
}
