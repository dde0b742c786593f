import AMQPBridge
import Measure

private let batchSize = 64

/// Batches of up to 64 are handled and settled together.
func measureConsumeBatch(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
    let handler = BatchHandler()
    return try await Measured.measure {
        let consumer = try await connection.consume(Message.queue, prefetch: UInt16(Message.window))
        var received = 0
        for try await arrived in consumer {
            for start in stride(from: 0, to: arrived.count, by: batchSize) {
                let batch = arrived[start..<min(start + batchSize, arrived.count)]
                try await handler.handle(batch)
                consumer.settle(batch.lazy.map(\.tag), .ack)
            }
            received += arrived.count
            if received >= count { break }
        }
    }
}

/// Stands for a service: called once a batch, and looks at every body.
private struct BatchHandler: Sendable {
    @inline(never)
    func handle(_ batch: ArraySlice<Delivery>) async throws {
        for delivery in batch { try Message.check(delivery) }
    }
}
