import AMQPBridge
import Glibc
import Measure

private let pace: UInt64 = 1_000_000

/// One message a millisecond, sent on one connection and received on another, as a service has them: from the call that
/// sends to the receipt.
func measureOneWay(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
    let receiving = try await AMQPConnection.connect(Message.broker())
    let consumer = try await receiving.consume(Message.queue, prefetch: UInt16(Message.window))
    var latencies: [UInt64] = []
    latencies.reserveCapacity(count)
    var measured = try await Measured.measure {
        async let sent: Void = send(count, on: connection)
        for try await batch in consumer {
            for delivery in batch {
                try Message.check(delivery)
                latencies.append(monotonicNanoseconds() - delivery.body.timestamp)
                consumer.settle(delivery.tag, .ack)
            }
            if latencies.count >= count { break }
        }
        try await sent
    }
    measured.latencies = latencies
    await receiving.close()
    return measured
}

/// Keeps its pace whatever the confirms take. It sleeps as the C loop does, blocking its thread, and publishes from that
/// thread, as who has something to tell does: `Task.sleep` makes ten system calls, and a task begun elsewhere wakes another
/// thread; both would be counted as the bridge's.
private func send(_ count: Int, on connection: AMQPConnection) async throws {
    let start = monotonicNanoseconds()
    try await withThrowingDiscardingTaskGroup { group in
        for number in 0..<count {
            sleep(until: start + pace * UInt64(number))
            group.addImmediateTask {
                var publishing = Message.template
                publishing.properties.messageID = String(number)
                publishing.body.timestamp = monotonicNanoseconds()
                try await connection.publish(publishing)
            }
        }
    }
}

private func sleep(until time: UInt64) {
    var moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil) == EINTR {}
}

extension [UInt8] {
    /// Its first eight bytes.
    fileprivate var timestamp: UInt64 {
        get { prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
        set { for index in 0..<8 { self[index] = UInt8(truncatingIfNeeded: newValue >> (56 - 8 * index)) } }
    }
}
