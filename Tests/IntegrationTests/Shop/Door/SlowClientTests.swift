import AMQPBridge
import ShopRunning
import Testing

@Suite("Orders over HTTP, and clients that are slow", .timeLimit(.minutes(1)))
struct SlowClientTests {
    /// How a body does not come.
    enum Slowness: String, CaseIterable, Sendable {
        case silent, byteByByte, chunkByChunk

        fileprivate var head: String {
            let fields = self == .chunkByChunk ? "Transfer-Encoding: chunked" : "Content-Length: 1000"
            return "POST /orders HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\r\n"
        }

        /// What comes a little at a time, for ever.
        fileprivate var drop: String {
            switch self {
            case .silent: ""
            case .byteByByte: " "
            case .chunkByChunk: "1\r\n \r\n"
            }
        }
    }

    @Test("a body that has not come within ten seconds: 408 and the end of the connection; others are served meanwhile")
    func slowBodies() async throws {
        try await OrderDoor.with { door in
            try await withThrowingTaskGroup { group in
                for slowness in Slowness.allCases {
                    group.addTask { try await Self.expectTimeout(of: slowness, door) }
                }
                let quick = try await door.ask("POST", "/orders", body: OrderDoor.order(UUIDv7().description))
                #expect(quick.status == 202)
                try await group.waitForAll()
            }
        }
    }

    private static func expectTimeout(of slowness: Slowness, _ door: OrderDoor) async throws {
        let start = ContinuousClock.now
        let (answer, rest) = try await door.client.connected { connection in
            try connection.write(slowness.head)
            var answer: RawAnswer?
            while answer == nil, !connection.isEnded, ContinuousClock.now - start < .seconds(20) {
                answer = try? connection.answer(within: .milliseconds(500))
                try connection.write(slowness.drop)
            }
            return (answer, try connection.rest(within: .seconds(5)))
        }
        #expect(ContinuousClock.now - start > .seconds(9), "\(slowness)")
        #expect(answer?.status == 408, "\(slowness)")
        #expect(answer?.problem?.contains("within 10.0 seconds") == true, "\(slowness): \(answer?.text ?? "nothing")")
        #expect(rest.isEmpty)
    }
}
