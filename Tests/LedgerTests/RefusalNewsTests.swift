import Testing

@testable import Ledger

@Suite("Refusals are told now and then, and each is counted")
struct RefusalNewsTests {
    private let start = ContinuousClock.now

    @Test("the first at once; those of the next seconds together, with the one after them")
    func together() {
        var news = RefusalNews()
        #expect(news.note("full", count: 2, at: start) == 2)
        #expect(news.note("full", count: 3, at: start + .seconds(1)) == nil)
        #expect(news.note("full", count: 4, at: start + .milliseconds(4999)) == nil)
        #expect(news.note("full", count: 1, at: start + .seconds(5)) == 8)
        #expect(news.note("full", count: 1, at: start + .seconds(6)) == nil)
    }

    @Test("each reason by itself, however many there are")
    func reasons() {
        var news = RefusalNews()
        #expect(news.note("full", count: 1, at: start) == 1)
        #expect(news.note("nobody listens", count: 1, at: start) == 1)
        for number in 0..<1000 { #expect(news.note("reason \(number)", count: 1, at: start) == 1) }
    }
}
