import AMQPBridge
import Measure

/// One after the other, each confirmed before the next.
func measurePublishOne(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
    var latencies: [UInt64] = []
    latencies.reserveCapacity(count)
    var measured = try await Measured.measure {
        for number in 0..<count {
            let begin = monotonicNanoseconds()
            try await connection.publish(Message.make(number))
            latencies.append(monotonicNanoseconds() - begin)
        }
    }
    measured.latencies = latencies
    return measured
}
