import AMQPBridge
import Glibc
import Measure

// The cases of Benchmarks/RawC on AMQPBridge: the same messages, window and prefetch, the same line of JSON.
//
//   BridgeBench publish COUNT         one async call a message, 256 tasks
//   BridgeBench publish-batch COUNT   publish(contentsOf:), 128 messages a call, two calls in flight
//   BridgeBench consume COUNT         a handler call and an ack a message, prefetch 256
//
// The broker is AMQP_URL; `rawbench prepare` makes exchange and queue beforehand.
@main
struct BridgeBench {
    static func main() async {
        do {
            let (benchmark, count) = try arguments(CommandLine.arguments)
            let configuration = try AMQPConfiguration(urls: getenv("AMQP_URL").map { String(cString: $0) } ?? "")
            let connection = try await AMQPConnection.connect(configuration)
            let measured = try await benchmark.run(connection, count)
            print(measured.line(case: benchmark.rawValue, who: "AMQPBridge", messages: count))
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
    case consume

    func run(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
        switch self {
        case .publish: try await measurePublish(connection, count)
        case .publishBatch: try await measurePublishBatch(connection, count)
        case .consume: try await measureConsume(connection, count)
        }
    }
}

struct Wrong: Error, CustomStringConvertible {
    var description: String
}
