/// Looks into services' dead-letter queues. Looking changes nothing.
public struct DeadLetters: Sendable {
    /// One look holds at most this many letters at a time: the largest prefetch AMQP knows.
    public static let maxLetters = 65_535

    private let configuration: AMQPConfiguration

    public init(_ configuration: AMQPConfiguration) { self.configuration = configuration }

    /// The letters of a service, oldest first; at most `maxLetters`.
    ///
    /// The queue is held exclusively meanwhile, and every letter goes back when the connection closes.
    ///
    /// - Throws: `notFound` when the service has no dead-letter queue, `resourceLocked` when somebody else still looks
    ///   after five seconds.
    public func list(_ service: String) async throws(AMQPError) -> [DeadLetter] {
        let connection = try await AMQPConnection.connect(configuration)
        let result: Result<[DeadLetter], AMQPError>
        do throws(AMQPError) {
            result = .success(try await read(service, on: connection))
        } catch {
            result = .failure(error)
        }
        await connection.close()
        return try result.get()
    }

    private func read(_ service: String, on connection: AMQPConnection) async throws(AMQPError) -> [DeadLetter] {
        let queue = QueueName("\(service).dead")
        guard let status = try await connection.inspect(queue) else {
            throw AMQPError(.notFound, "there is no queue '\(queue)'; create it with: shop topology apply")
        }
        guard status.ready > 0 else { return [] }
        let wanted = min(status.ready, Self.maxLetters)
        let consumer = try await consume(queue, prefetch: UInt16(wanted), on: connection)
        return try await withDeadline(.seconds(20), cancelling: connection) { () throws(AMQPError) in
            var letters: [DeadLetter] = []
            for try await batch in consumer {
                letters += batch.map { DeadLetter($0, service: service) }
                if letters.count >= wanted { break }
            }
            return letters
        }
    }

    /// Letters may have left since they were counted: after a while the look ends with what it has.
    private func withDeadline<Value: Sendable>(
        _ time: Duration, cancelling connection: AMQPConnection,
        _ body: () async throws(AMQPError) -> Value
    ) async throws(AMQPError) -> Value {
        let result = await withTaskGroup(of: Void.self) { group -> Result<Value, AMQPError> in
            group.addTask {
                guard (try? await Task.sleep(for: time)) != nil else { return }
                try? await connection.cancelConsumer()
            }
            defer { group.cancelAll() }
            do throws(AMQPError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// A second look waits for the first to end.
    private func consume(
        _ queue: QueueName, prefetch: UInt16, on connection: AMQPConnection
    ) async throws(AMQPError) -> DeliveryConsumer {
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            do throws(AMQPError) {
                return try await connection.consume(queue, prefetch: prefetch, isExclusive: true)
            } catch {
                guard error.code == .resourceLocked, .now < deadline else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
