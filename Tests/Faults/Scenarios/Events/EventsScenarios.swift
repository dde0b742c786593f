import AMQPBridge

extension Scenario {
    static let ofEvents = [duplicates, corruptBodies]
}

extension Drill {
    /// A connection of the scenario's own, straight to the broker.
    nonisolated func connect() async throws -> AMQPConnection {
        var configuration = try AMQPConfiguration(urls: shop.brokerURL)
        configuration.options.name = scenario.name
        return try await AMQPConnection.connect(configuration)
    }
}
