import Testing

@testable import ServiceHost

@Suite("How often a client may ask")
struct RateLimitTests {
    /// How many of so many requests, evenly over so many seconds, are let through.
    private func allowed(_ limit: inout RateLimit, _ client: String, requests: Int, from start: Int, seconds: Int)
        -> Int
    {
        (0..<requests).count { number in
            limit.take(client, at: .seconds(start) + .seconds(seconds) * number / requests) == nil
        }
    }

    @Test("twice the rate at once, then the rate; after a pause, as before")
    func rate() {
        var limit = RateLimit(rate: 10)
        #expect(allowed(&limit, "a", requests: 100, from: 0, seconds: 0) == 20)
        #expect((99...101).contains(allowed(&limit, "a", requests: 1000, from: 0, seconds: 10)))
        #expect(allowed(&limit, "a", requests: 100, from: 60, seconds: 0) == 20)
    }

    @Test("clients do not count for each other")
    func clients() {
        var limit = RateLimit(rate: 1)
        #expect(allowed(&limit, "a", requests: 5, from: 0, seconds: 0) == 2)
        #expect(allowed(&limit, "b", requests: 5, from: 0, seconds: 0) == 2)
    }

    @Test("the wait it names is the one that helps")
    func wait() {
        var limit = RateLimit(rate: 4)
        #expect(allowed(&limit, "a", requests: 8, from: 0, seconds: 0) == 8)
        let wait = limit.take("a", at: .zero)
        #expect(wait == .milliseconds(250))
        let (early, late) = (limit.take("a", at: .milliseconds(249)), limit.take("a", at: .milliseconds(251)))
        #expect(early != nil && late == nil)
    }

    @Test("any number of addresses takes bounded memory, and who is known stays known")
    func flood() {
        var limit = RateLimit(rate: 1)
        let first = allowed(&limit, "known", requests: 2, from: 0, seconds: 0)
        let passed = (0..<50_000).count { limit.take("address \($0)", at: .milliseconds(10)) == nil }
        let known = limit.take("known", at: .milliseconds(20))
        #expect(first == 2 && known != nil)
        // Each of those that are remembered once, the strangers as one.
        #expect((9_000...10_100).contains(passed))
        let later = limit.take("later", at: .seconds(60))
        #expect(later == nil)
    }
}
