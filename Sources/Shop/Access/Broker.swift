import AMQPBridge

/// The broker, for the time of one command.
enum Broker {
    /// Connects once, and closes whatever happens. Without a broker the command ends: whoever typed it tries again.
    static func withConnection<Result: Sendable>(
        _ settings: Settings = Settings(), _ body: (AMQPConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await AMQPConnection.connect(try settings.broker())
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(connection))
        } catch {
            result = .failure(error)
        }
        await connection.close()
        return try result.get()
    }
}
