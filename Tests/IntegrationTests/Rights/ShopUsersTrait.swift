import AMQPBridge
import Foundation
import ShopEvents
import ShopRunning
import Testing

/// Gives a suite a virtual host with the shop's topology and users: `try ShopUsers.current()`.
struct ShopUsersTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let broker = try ShopBroker.given()
        let name = "rights-\(UUID().uuidString.prefix(8).lowercased())"
        let url = try await broker.createVirtualHost(name)
        do {
            let users = try await ShopUsers(of: broker, in: name, at: url)
            let connection = try await AMQPConnection.connect(users.configuration(of: .topology))
            try await connection.declare(ShopTopology.all(queueType: .classic, ladder: .standard))
            await connection.close()
            try await ShopUsers.$made.withValue(users) { try await function() }
        } catch {
            try? await broker.deleteVirtualHost(name)
            throw error
        }
        try await broker.deleteVirtualHost(name)
    }
}

extension Trait where Self == ShopUsersTrait {
    static var shopUsers: Self { ShopUsersTrait() }
}

extension ShopUsers {
    /// What the suite's `.shopUsers` trait made.
    @TaskLocal static var made: ShopUsers?

    static func current() throws -> ShopUsers { try #require(made, "the suite lacks the trait .shopUsers") }
}
