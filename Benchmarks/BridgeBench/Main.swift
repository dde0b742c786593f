import AMQPBridge
import Glibc
import Measure

// The cases of Benchmarks/RawC on AMQPBridge: the same messages, window and prefetch, the same line of JSON.
//
//   BridgeBench publish COUNT         one async call a message, 256 tasks
//   BridgeBench publish-batch COUNT   publish(contentsOf:), 128 messages a call, two calls in flight
//   BridgeBench publish-one COUNT     one after the other; latencies
//   BridgeBench publish-flood COUNT   as publish-batch, but 64 calls at once: only the connection holds them up
//   BridgeBench consume COUNT         a handler call and an ack a message, prefetch 256
//   BridgeBench consume-batch COUNT   batches of up to 64, handled and settled together
//   BridgeBench one-way COUNT         one a millisecond, sent on one connection and received on another; latencies
//
// The broker is AMQP_URL, and LATENCIES a file for the latencies; `rawbench prepare` makes exchange and queue beforehand.
@main
struct BridgeBench {
    static func main() async {
        do {
            let (benchmark, count) = try arguments(CommandLine.arguments)
            let connection = try await AMQPConnection.connect(Message.broker())
            let measured = try await benchmark.run(connection, count)
            print(measured.line(case: benchmark.rawValue, who: "AMQPBridge", messages: count))
            try measured.writeLatencies()
            await connection.close()
        } catch {
            let text = "BridgeBench: \(error)\n"
            write(STDERR_FILENO, text, text.utf8.count)
            exit(1)
        }
    }

    private static func arguments(_ words: [String]) throws -> (Benchmark, Int) {
        guard words.count == 3, let benchmark = Benchmark(rawValue: words[1]), let count = Int(words[2]), count > 0
        else {
            throw Wrong(description: "usage: \(Benchmark.allCases.map(\.rawValue).joined(separator: "|")) COUNT")
        }
        return (benchmark, count)
    }
}

enum Benchmark: String, CaseIterable {
    case publish
    case publishBatch = "publish-batch"
    case publishOne = "publish-one"
    case publishFlood = "publish-flood"
    case consume
    case consumeBatch = "consume-batch"
    case oneWay = "one-way"

    func run(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
        switch self {
        case .publish: try await measurePublish(connection, count)
        case .publishBatch: try await measurePublishBatch(connection, count)
        case .publishOne: try await measurePublishOne(connection, count)
        case .publishFlood: try await measurePublishBatch(connection, count, tasks: 64)
        case .consume: try await measureConsume(connection, count)
        case .consumeBatch: try await measureConsumeBatch(connection, count)
        case .oneWay: try await measureOneWay(connection, count)
        }
    }
}
