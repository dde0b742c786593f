import AsyncHTTPClient
import Foundation
import Measure
import NIOCore
import NIOHTTP1

// How long the order service's door takes: places orders at a steady pace and prints one line of JSON.
//
//   DoorBench URL SKU COUNT RATE
//
// The pace is kept whatever the answers take (an open loop), and a latency runs from the moment its order was due: a
// door that stands still is seen in all orders that it made wait, not in one. One order in a hundred more warms up.
@main
struct DoorBench {
    static func main() async {
        do {
            let words = CommandLine.arguments
            guard words.count == 5, let count = Int(words[3]), let rate = Int(words[4]), count > 0, rate > 0 else {
                throw Wrong(description: "usage: DoorBench URL SKU COUNT RATE")
            }
            let door = Door(url: words[1], sku: words[2])
            let latencies = try await door.place(count + count / 100, rate: rate).dropFirst(count / 100)
            print(line(latencies.sorted(), rate))
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("DoorBench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func line(_ sorted: [Duration], _ rate: Int) -> String {
        func quantile(_ share: Double) -> String {
            let index = min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)
            return String(format: "%.0f", sorted[max(0, index)] / .microseconds(1))
        }
        return
            "{\"msgs\":\(sorted.count),\"msgs_per_s\":\(rate),\"p50_us\":\(quantile(0.5)),\"p90_us\":\(quantile(0.9)),"
            + "\"p99_us\":\(quantile(0.99)),\"p999_us\":\(quantile(0.999)),\"max_us\":\(quantile(1))}"
    }
}

struct Door {
    let url: String
    let sku: String

    /// Many customers: with the pool's eight connections, what waits for one of them would count as the door's time.
    private static let client = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        return HTTPClient(configuration: configuration)
    }()

    /// - Returns: what each took from the moment it was due, in their order.
    /// - Throws: when an order is not accepted.
    func place(_ count: Int, rate: Int) async throws -> [Duration] {
        let client = Self.client
        let start = ContinuousClock.now + .milliseconds(100)
        return try await withThrowingTaskGroup(of: (Int, Duration).self) { group in
            for number in 0..<count {
                group.addTask {
                    let due = start + .seconds(1) * number / rate
                    try await Task.sleep(until: due, tolerance: .zero)
                    try await place(with: client)
                    return (number, ContinuousClock.now - due)
                }
            }
            var latencies = [Duration](repeating: .zero, count: count)
            for try await (number, latency) in group { latencies[number] = latency }
            try await client.shutdown()
            return latencies
        }
    }

    private func place(with client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: "\(url)/orders")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        let body = #"{"customer":{"email":"bench@example.com"},"lines":[{"sku":"\#(sku)","quantity":1}]}"#
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .accepted else {
            throw Wrong(description: "an order was answered by \(response.status)")
        }
    }
}
