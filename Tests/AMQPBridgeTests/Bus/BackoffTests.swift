import Testing

@testable import AMQPBridge

@Suite("Waits grow, up to a bound, and never fall together", .timeLimit(.minutes(1)))
struct BackoffTests {
    private static let full = [100, 200, 400, 800, 1600, 2000, 2000, 2000]

    @Test("0.1 s doubling to 2 s, each shortened by up to half")
    func bounds() {
        for _ in 0..<500 {
            var backoff = Backoff()
            for milliseconds in Self.full {
                #expect((.milliseconds(milliseconds / 2) ... .milliseconds(milliseconds)).contains(backoff.next()))
            }
        }
    }

    @Test("it goes on for ever")
    func endless() {
        var backoff = Backoff()
        #expect((0..<100_000).allSatisfy { _ in backoff.next() <= .seconds(2) })
    }

    @Test("after a success it begins again")
    func reset() {
        var backoff = Backoff()
        for _ in 0..<20 { _ = backoff.next() }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(100))
    }

    @Test("many clients do not come back at the same instant")
    func jitter() {
        let waits = (0..<200).map { _ in
            var backoff = Backoff()
            return (0..<7).map { _ in backoff.next() }.last
        }
        #expect(Set(waits).count > 50)
    }
}
