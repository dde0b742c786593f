import Testing

@testable import AMQPBridge

@Suite("A stopwatch")
struct StopwatchTests {
    @Test("adds up the times it runs, however often it is told")
    func total() {
        var watch = Stopwatch()
        #expect(watch.total(at: .seconds(5)) == .zero)
        watch.start(at: .seconds(10))
        watch.start(at: .seconds(12))
        #expect(watch.total(at: .seconds(13)) == .seconds(3))
        watch.stop(at: .seconds(14))
        watch.stop(at: .seconds(20))
        #expect(watch.total(at: .seconds(30)) == .seconds(4))
        watch.start(at: .seconds(30))
        #expect(watch.total(at: .seconds(31)) == .seconds(5))
    }
}
