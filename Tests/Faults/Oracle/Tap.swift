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
        try await withConnection {
            try await $0.declare(
                Topology(queues: [Queue(Self.queue, type: .quorum)], bindings: [Self.binding("#")]))
        }
    }

    /// Hears everything but this key from now on, so that it may have no listener at all. Nothing is missed if nobody
    /// publishes it at this moment.
    func giveUp(_ key: RoutingKey) async throws {
        try await withConnection { connection in
            for other in Self.keys where other != key { try await connection.bind(Self.binding(other)) }
            try await connection.unbind(Self.binding("#"))
        }
    }

    /// Hears everything again.
    func takeBack() async throws {
        try await withConnection { try await $0.bind(Self.binding("#")) }
    }

    /// All that is published in the shop.
    private static let keys =
        (["order.place", "order.cancel", "inventory.low"] + OrderStory.effects).map { RoutingKey($0) }

    private static func binding(_ key: RoutingKey) -> Binding { Binding(queue, to: "shop.events", key: key) }

    private func withConnection(_ body: (AMQPConnection) async throws -> Void) async throws {
        let connection = try await AMQPConnection.connect(configuration)
        do {
            try await body(connection)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    /// Listens until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do { try await listen() } catch { try? await Task.sleep(for: .milliseconds(50)) }
        }
    }

    private func listen() async throws {
        try await withConnection { connection in
            let consumer = try await connection.consume(Self.queue, prefetch: 1000)
            for try await batch in consumer {
                heard.withLock { heard in
                    for delivery in batch { heard.hear(routingKey: delivery.routingKey.rawValue, body: delivery.body) }
                }
                consumer.settle(batch.map(\.tag), .ack)
            }
        }
    }

    /// From now on notes whose events come that were made at these times.
    func watch(_ times: Range<Date>) { heard.withLock { $0.watch(times) } }

    func read<Value>(_ body: (HeardEvents) -> Value) -> Value { heard.withLock { body($0) } }
}
