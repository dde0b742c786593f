import Foundation
import ShopRunning
import Testing

@Suite("Orders over HTTP, and requests that mean harm", .timeLimit(.minutes(1)))
struct HostileRequestTests {
    @Test("each is refused, or its connection ended; none is answered with 500, and the service goes on")
    func eachOne() async throws {
        try await OrderDoor.with { door in
            for request in HostileRequest.all {
                do { try await send(request, door) } catch { Issue.record("\(request.name): \(error)") }
                let health = try await door.ask("GET", "/health/live")
                #expect(health.status == 200, "after \(request.name)")
            }
            let log = door.process.logText
            #expect(!log.contains("A request failed"), "\(log.split(separator: "\n").filter { $0.contains("failed") })")
        }
    }

    /// So much more may be there after 1,700 of them, in bytes: 5 KiB for each, a fraction of what each sends.
    private static let allowance = 8 << 20

    @Test("thousands of them leave nothing behind in memory")
    func memory() async throws {
        try await OrderDoor.with(["HTTP_RATE_LIMIT": "0", "LOG_LEVEL": "info"]) { door in
            let process = door.process.process.identifier
            try await flood(door, rounds: 4)
            let before = try Memory.anonymous(of: process)
            try await flood(door, rounds: 20)
            let grown = try Memory.anonymous(of: process) - before
            #expect(grown < Self.allowance, "\(grown / 1024) KiB more")
        }
    }

    private func flood(_ door: OrderDoor, rounds: Int) async throws {
        try await withThrowingTaskGroup { group in
            for part in 0..<4 {
                group.addTask {
                    for _ in 0..<rounds {
                        for (number, request) in HostileRequest.all.enumerated() where number % 4 == part {
                            _ = try await door.client.connected { try request.send(by: $0) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ request: HostileRequest, _ door: OrderDoor) async throws {
        let (answer, hasEnded) = try await door.client.connected { connection in
            let answer = try request.send(by: connection)
            if case .end = request.outcome { _ = try connection.rest(within: .seconds(5)) }
            return (answer, connection.isEnded)
        }
        switch request.outcome {
        case .nobodyThere: break
        case .end:
            #expect(hasEnded && [400, nil].contains(answer?.status), "\(request.name): \(String(describing: answer))")
        case .answer(let statuses):
            let status = try #require(answer?.status, "\(request.name): no answer")
            #expect(statuses.contains(status), "\(request.name): \(status) \(answer?.text.prefix(300) ?? "")")
            #expect(
                status < 400 || !request.isAnsweredWithBody || answer?.problem != nil,
                "\(request.name): no problem details: \(answer?.text ?? "")")
        }
    }
}
