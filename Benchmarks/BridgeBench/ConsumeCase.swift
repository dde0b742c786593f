import AMQPBridge
import Measure

/// A handler call and an ack a message.
func measureConsume(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
    let handler = Handler()
    let measured = try await Measured.measure {
        let consumer = try await connection.consume(Message.queue, prefetch: UInt16(Message.window))
        var received = 0
        for try await batch in consumer {
            for delivery in batch {
                try await handler.handle(delivery)
                consumer.settle(delivery.tag, .ack)
            }
            received += batch.count
            if received >= count { break }
        }
    }
    return measured
}

/// Stands for a service: called once a message, and looks at the body.
private struct Handler: Sendable {
    @inline(never)
    func handle(_ delivery: Delivery) async throws {
        try Message.check(delivery)
    }
}
