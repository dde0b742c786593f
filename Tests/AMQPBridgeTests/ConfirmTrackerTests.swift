import Testing

@testable import AMQPBridge

@Suite("Every publishing gets its own outcome", .timeLimit(.minutes(1)))
struct ConfirmTrackerTests {
    private let lost = AMQPError(.connectionLost, "the connection broke")

    /// A tracker with publishings "m1", "m2", … whose waiters are 1, 2, ….
    private func tracker(_ count: Int) -> ConfirmTracker<Int> {
        var tracker = ConfirmTracker<Int>()
        for number in 1...count {
            tracker.register(number, returnKey: ReturnKey("m\(number)"), deadline: .seconds(number))
        }
        return tracker
    }

    @Test("one tag, one outcome", arguments: [true, false])
    func single(isAck: Bool) {
        var tracker = tracker(3)
        #expect(tracker.resolve(2, isAck: isAck) == [2: isAck ? .confirmed : .nacked])
        #expect(tracker.count == 2)
        #expect(tracker.nextTag == 4)
    }

    @Test("multiple settles everything up to its tag")
    func multiple() {
        var tracker = tracker(5)
        #expect(tracker.resolve(3, multiple: true) == [1: .confirmed, 2: .confirmed, 3: .confirmed])
        #expect(tracker.resolve(5, multiple: true, isAck: false) == [4: .nacked, 5: .nacked])
        #expect(tracker.count == 0)
    }

    @Test("out of order, each tag still finds its own publishing")
    func outOfOrder() {
        var tracker = tracker(5)
        #expect(tracker.resolve(4) == [4: .confirmed])
        #expect(tracker.resolve(2) == [2: .confirmed])
        #expect(tracker.resolve(5, isAck: false) == [5: .nacked])
        #expect(tracker.resolve(4, multiple: true) == [1: .confirmed, 3: .confirmed])
        #expect(tracker.count == 0)
        #expect(tracker.nextTag == 6)
    }

    @Test("multiple with tag 0 means all of them")
    func allOutstanding() {
        var tracker = tracker(3)
        _ = tracker.resolve(1)
        #expect(tracker.resolve(0, multiple: true) == [2: .confirmed, 3: .confirmed])
        #expect(tracker.resolve(0, multiple: true).isEmpty)
    }

    @Test("tags the broker has no business naming are ignored")
    func unknownTags() {
        var tracker = tracker(2)
        #expect(tracker.resolve(0).isEmpty)
        #expect(tracker.resolve(3).isEmpty)
        #expect(tracker.resolve(.max).isEmpty)
        #expect(tracker.count == 2)
        #expect(tracker.resolve(.max, multiple: true).count == 2)
        #expect(tracker.resolve(1).isEmpty)
        #expect(tracker.resolve(2, multiple: true).isEmpty)
        #expect(tracker.nextTag == 3)
    }

    @Test("returned and then acked is unroutable; returned and then nacked is nacked")
    func returned() {
        var tracker = tracker(3)
        tracker.markReturned(ReturnKey("m2"))
        tracker.markReturned(ReturnKey("m3"))
        tracker.markReturned(ReturnKey("nobody's"))
        #expect(tracker.resolve(2, multiple: true) == [1: .confirmed, 2: .unroutable])
        #expect(tracker.resolve(3, isAck: false) == [3: .nacked])
    }

    @Test("of two publishings with one id, each return marks the next oldest")
    func sameIDTwice() {
        var tracker = ConfirmTracker<Int>()
        for number in 1...3 { tracker.register(number, returnKey: ReturnKey("same"), deadline: .zero) }
        tracker.markReturned(ReturnKey("same"))
        tracker.markReturned(ReturnKey("same"))
        #expect(tracker.resolve(3, multiple: true) == [1: .unroutable, 2: .unroutable, 3: .confirmed])
    }

    @Test("one id on its way to three places: the return marks its own")
    func sameIDElsewhere() {
        var tracker = ConfirmTracker<Int>()
        let keys = [("x", "a"), ("x", "b"), ("y", "b")].map {
            ReturnKey(messageID: "same", exchange: ExchangeName($0.0), routingKey: RoutingKey($0.1))
        }
        for (number, key) in keys.enumerated() { tracker.register(number, returnKey: key, deadline: .zero) }
        tracker.markReturned(keys[1])
        tracker.markReturned(keys[2])
        #expect(tracker.resolve(3, multiple: true) == [0: .confirmed, 1: .unroutable, 2: .unroutable])
    }

    @Test("what is not mandatory is never taken for the one that was returned")
    func notMandatory() {
        var tracker = ConfirmTracker<Int>()
        tracker.register(1, returnKey: .none, deadline: .zero)
        tracker.register(2, returnKey: ReturnKey("same"), deadline: .zero)
        tracker.markReturned(ReturnKey("same"))
        #expect(tracker.resolve(2, multiple: true) == [1: .confirmed, 2: .unroutable])
    }

    @Test("when the connection is gone, what waits is unknown, never nacked")
    func failAll() {
        var tracker = tracker(4)
        _ = tracker.resolve(2)
        #expect(tracker.failAll(lost).outcomes == [1: .unknown, 3: .unknown, 4: .unknown])
        #expect(tracker.count == 0)
        #expect(tracker.failAll(lost).isEmpty)
        #expect(tracker.resolve(4, multiple: true).isEmpty)
    }

    @Test("what expires keeps its tag: a late confirm does not hit a neighbour")
    func expire() {
        var tracker = tracker(4)
        #expect(tracker.nextDeadline == MonotonicInstant.seconds(1))
        #expect(tracker.expire(at: .seconds(2), error: lost).outcomes == [1: .unknown, 2: .unknown])
        #expect(tracker.nextDeadline == MonotonicInstant.seconds(3))
        tracker.register(5, returnKey: ReturnKey("m5"), deadline: .seconds(5))
        #expect(tracker.nextTag == 6)
        #expect(tracker.resolve(1).isEmpty)
        #expect(tracker.resolve(2, multiple: true).isEmpty)
        #expect(tracker.resolve(5) == [5: .confirmed])
        #expect(tracker.count == 2)
    }

    @Test("taking one out leaves the others")
    func remove() {
        var tracker = tracker(3)
        #expect(tracker.remove(upTo: tracker.nextTag, error: lost) { $0 == 2 }.outcomes == [2: .unknown])
        #expect(tracker.remove(upTo: tracker.nextTag, error: lost) { $0 == 2 }.isEmpty)
        #expect(tracker.resolve(3, multiple: true) == [1: .confirmed, 3: .confirmed])
    }

    @Test("of a run each member has its own outcome, and neighbours with the same are told together")
    func run() {
        var tracker = ConfirmTracker<Int>()
        tracker.register(100, returnKeys: (0..<10).map { ReturnKey("m\($0)") }[...], deadline: .zero)
        tracker.register(100, from: 10, returnKeys: [.none, .none], deadline: .zero)
        tracker.markReturned(ReturnKey("m3"))
        #expect(tracker.resolve(6) == [105: .confirmed])
        var resolved: [ConfirmTracker<Int>.Resolved] = []
        tracker.resolve(upTo: 8, multiple: true, isAck: true, into: &resolved)
        #expect(resolved.map(\.indices) == [0..<3, 3..<4, 4..<5, 6..<8])
        #expect(resolved.outcomes[103] == .unroutable)
        #expect(tracker.count == 4)
        #expect(tracker.resolve(0, multiple: true, isAck: false).keys.sorted() == [108, 109, 110, 111])
        #expect(tracker.count == 0)
    }

    @Test("a deadline in the middle of what shares a tracker ends those before it")
    func expireRuns() {
        var tracker = ConfirmTracker<Int>()
        tracker.register(0, returnKeys: [.none, .none, .none], deadline: .seconds(1))
        tracker.register(10, returnKeys: [.none, .none], deadline: .seconds(2))
        #expect(tracker.resolve(2) == [1: .confirmed])
        #expect(tracker.expire(at: .seconds(1), error: lost).outcomes == [0: .unknown, 2: .unknown])
        #expect(tracker.nextDeadline == .seconds(2))
        #expect(tracker.resolve(5, multiple: true) == [10: .confirmed, 11: .confirmed])
    }
}
