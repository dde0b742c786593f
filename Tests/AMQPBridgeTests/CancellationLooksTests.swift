import Testing

@testable import AMQPBridge

@Suite("Cancelled waits are looked for soon, then ever more rarely")
struct CancellationLooksTests {
    private let start = MonotonicInstant.now

    @Test("the first look comes within ten milliseconds of an arrival, however long others have waited")
    func soon() {
        var looks = CancellationLooks()
        looks.noteArrival()
        #expect(looks.isDue(at: start) == false)
        #expect(looks.isDue(at: start + .milliseconds(10)) == true)
        for step in 1...100 { _ = looks.isDue(at: start + .milliseconds(100 * step)) }
        looks.noteArrival()
        #expect(looks.isDue(at: start + .milliseconds(10_001)) == false)
        #expect(looks.isDue(at: start + .milliseconds(10_012)) == true)
    }

    @Test("who waits for long costs ten looks a second")
    func rarely() {
        var looks = CancellationLooks()
        looks.noteArrival()
        let count = (0..<10_000).count { looks.isDue(at: start + .milliseconds($0)) }
        #expect((90...110).contains(count))
    }

    @Test("nobody waits: no look, and the next arrival begins anew")
    func stop() throws {
        var looks = CancellationLooks()
        looks.noteArrival()
        _ = looks.isDue(at: start)
        looks.stop()
        #expect(looks.nextLook == nil)
        looks.noteArrival()
        #expect(looks.isDue(at: start + .seconds(5)) == false)
        #expect(try #require(looks.nextLook) <= start + .milliseconds(5_010))
    }
}
