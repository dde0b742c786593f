import AMQPBridge
import Measure

/// One after the other, each confirmed before the next.
func measurePublishOne(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
    var latencies: [UInt64] = []
    latencies.reserveCapacity(count)
    var publishing = Message.template
    var measured = try await Measured.measure {
        for number in 0..<count {
            publishing.properties.messageID = String(number)
            let begin = monotonicNanoseconds()
            try await connection.publish(publishing)
            latencies.append(monotonicNanoseconds() - begin)
        }
    }
    measured.latencies = latencies
    return measured
}
