import AMQPBridge

/// Finds out whether the broker takes messages: with a memory or disk alarm it holds back whoever publishes, and tells
/// only those (`connection.blocked`). So somebody has to publish.
struct AlarmProbe {
    /// How long a confirm may take.
    private static let limit = Duration.seconds(2)

    var configuration: AMQPConfiguration
    /// Return paths of services: no queue of theirs is bound for the probe's key, so the message reaches nobody.
    var exchanges: [ExchangeName]

    init(_ configuration: AMQPConfiguration, exchanges: [ExchangeName]) {
        self.configuration = configuration
        self.configuration.options.name += " probe"
        self.configuration.options.publishTimeout = Self.limit
        // A blocked broker reads nothing, also no goodbye.
        self.configuration.options.callTimeout = Self.limit
        self.exchanges = exchanges
    }

    /// The broker's reason, or nil when it takes messages or nobody can tell (no such exchange yet, no right to write).
    ///
    /// On a connection of its own, which the alarm may hold back.
    func blockedReason() async -> String? {
        guard let connection = try? await AMQPConnection.connect(configuration) else { return nil }
        let reason = try? await reason(on: connection)
        await connection.close()
        return reason
    }

    private func reason(on connection: AMQPConnection) async throws -> String? {
        for exchange in exchanges where try await connection.exists(Exchange(exchange, .direct)) {
            let probe = Publishing(exchange: exchange, routingKey: "probe", isMandatory: false, body: [])
            // The first one that the alarm meets may get its confirm all the same; the second does not.
            for _ in 0..<2 {
                if let reason = await firstWord(of: connection, about: probe) { return reason }
            }
            return nil
        }
        return nil
    }

    /// The confirm, or the broker's reason: whatever comes first.
    private func firstWord(of connection: AMQPConnection, about probe: Publishing) async -> String? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await connection.publish(contentsOf: [probe]) }
            group.addTask {
                while connection.blockedReason == nil, (try? await Task.sleep(for: .milliseconds(10))) != nil {}
            }
            await group.next()
            group.cancelAll()
        }
        return connection.blockedReason
    }
}
