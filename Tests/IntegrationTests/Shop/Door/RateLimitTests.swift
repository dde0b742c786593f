import ShopRunning
import Testing

@Suite("Orders over HTTP, and clients that ask too often", .timeLimit(.minutes(1)))
struct RateLimitTests {
    @Test("one is told when to come again, and is served then; another is not affected")
    func twoClients() async throws {
        try await OrderDoor.with(["HTTP_RATE_LIMIT": "1"]) { door in
            let other = RawClient(port: door.process.port, source: "127.0.0.2")
            // Twice the rate may come at once.
            for _ in 0..<2 { #expect(try await door.ask("GET", "/orders").status == 200) }
            let refused = try await waitFor("a refusal", every: .zero) {
                let answer = try await door.ask("GET", "/orders")
                return answer.status == 200 ? nil : answer
            }
            #expect(refused.status == 429)
            #expect(refused.problem?.contains("too many requests") == true)
            let seconds = try #require(refused.headers["retry-after"].flatMap { Int($0) })
            #expect((1...2).contains(seconds))
            #expect(try await other.ask("GET", "/orders")?.status == 200)
            #expect(try await door.ask("GET", "/health/live").status == 200, "only orders are rationed")
            // As it was told to.
            try await Task.sleep(for: .seconds(seconds))
            #expect(try await door.ask("GET", "/orders").status == 200)
        }
    }
}
