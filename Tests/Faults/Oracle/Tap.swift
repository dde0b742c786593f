import AMQPBridge
import Foundation
import Synchronization

/// The oracle's own ear: a durable queue bound to everything before the first order, read by a connection that no scenario
/// breaks on purpose and that comes back by itself.
final class Tap: Sendable {
    static let queue: QueueName = "faults.tap"

    private let configuration: AMQPConfiguration
    private let heard = Mutex(HeardEvents())

    init(_ configuration: AMQPConfiguration) {
        var configuration = configuration
        configuration.options.name = "oracle"
        self.configuration = configuration
    }

    /// The queue and its binding. From here on nothing can pass unheard.
    func prepare() async throws {
        let connection = try await AMQPConnection.connect(configuration)
        try await connection.declare(
            Topology(
                queues: [Queue(Self.queue, type: .quorum)],
                bindings: [Binding(Self.queue, to: "shop.events", key: "#")]))
        await connection.close()
    }

    /// Listens until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do { try await listen() } catch { try? await Task.sleep(for: .milliseconds(50)) }
        }
    }

    private func listen() async throws {
        let connection = try await AMQPConnection.connect(configuration)
        do {
            let consumer = try await connection.consume(Self.queue, prefetch: 1000)
            for try await batch in consumer {
                heard.withLock { heard in
                    for delivery in batch { heard.hear(routingKey: delivery.routingKey.rawValue, body: delivery.body) }
                }
                consumer.settle(batch.map(\.tag), .ack)
            }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    /// From now on notes whose events come that were made at these times.
    func watch(_ times: Range<Date>) { heard.withLock { $0.watch(times) } }

    func read<Value>(_ body: (HeardEvents) -> Value) -> Value { heard.withLock { body($0) } }
}
