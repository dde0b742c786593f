import AMQPBridge
import AMQPBridgeTesting
import ShopRunning

/// What only the broker's administrator can do. Needs the private node of `deploy/broker`; with some other broker at
/// `AMQP_URL` the tests that use this fail and say so.
enum BrokerControl {
    /// `rabbitmqctl` for the node.
    @discardableResult
    static func ctl(_ arguments: String...) async throws -> String {
        try await Shell.run(command, ["ctl"] + arguments)
    }

    /// A virtual host of the test's own, so that what it breaks is nobody else's; deleted afterwards.
    static func withVirtualHost(_ body: (_ name: String, BrokerFixture) async throws -> Void) async throws {
        let name = "test-\(UUIDv7())"
        let lines = try await Shell.run(command, ["vhost", name]).split(separator: "\n")
        let configuration = try AMQPConfiguration(urls: lines.last.map(String.init) ?? "")
        do {
            try await withBroker(configuration) { try await body(name, $0) }
        } catch {
            _ = try? await ctl("-q", "delete_vhost", name)
            throw error
        }
        try await ctl("-q", "delete_vhost", name)
    }

    private static var command: String { "\(Repository.root)/deploy/broker" }
}
