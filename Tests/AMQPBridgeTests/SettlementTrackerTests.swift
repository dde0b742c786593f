import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

@Suite("Settlements leave in the fewest frames that settle no more than they should", .timeLimit(.minutes(1)))
struct SettlementTrackerTests {
    private func tracker(delivered count: UInt64) throws -> SettlementTracker {
        var tracker = SettlementTracker()
        for tag in 1...count { try tracker.delivered(tag) }
        return tracker
    }

    @Test("the settled prefix becomes one multiple ack, in whatever order it was settled", arguments: Seeds.all)
    func prefix(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tracker = try tracker(delivered: 10)
        for tag in (1...10).shuffled(using: &generator) { tracker.settle(UInt64(tag), .ack) }
        #expect(tracker.unsent == 10)
        #expect(tracker.takeFrames() == [.ack(tag: 10, multiple: true)])
        #expect(tracker.unsent == 0)
        #expect(tracker.takeFrames().isEmpty)
        #expect(tracker.outstanding == 0)
    }

    @Test("a prefix of one needs no multiple")
    func prefixOfOne() throws {
        var tracker = try tracker(delivered: 2)
        tracker.settle(1, .ack)
        #expect(tracker.takeFrames() == [.ack(tag: 1, multiple: false)])
    }

    @Test("beyond a delivery that is still in hand every ack goes alone")
    func gap() throws {
        var tracker = try tracker(delivered: 6)
        for tag: UInt64 in [1, 2, 4, 6] { tracker.settle(tag, .ack) }
        let frames = tracker.takeFrames()
        #expect(frames.first == .ack(tag: 2, multiple: true))
        #expect(Set(frames.dropFirst()) == [.ack(tag: 4, multiple: false), .ack(tag: 6, multiple: false)])
        #expect(tracker.outstanding == 2)
        // Once the gap closes, what went alone is not named again.
        tracker.settle(3, .ack)
        tracker.settle(5, .ack)
        #expect(tracker.takeFrames() == [.ack(tag: 5, multiple: true)])
    }

    @Test("nothing settled yet before it: no multiple at all")
    func firstStillInHand() throws {
        var tracker = try tracker(delivered: 3)
        tracker.settle(2, .ack)
        tracker.settle(3, .ack)
        #expect(
            Set(tracker.takeFrames()) == [.ack(tag: 2, multiple: false), .ack(tag: 3, multiple: false)])
    }

    @Test("a rejection leaves before the ack that passes over it")
    func rejectFirst() throws {
        var tracker = try tracker(delivered: 4)
        tracker.settle(1, .ack)
        tracker.settle(2, .reject(requeue: false))
        tracker.settle(3, .requeue)
        tracker.settle(4, .ack)
        #expect(
            tracker.takeFrames() == [
                .reject(tag: 2, requeue: false), .nack(tag: 3, requeue: true), .ack(tag: 4, multiple: true),
            ])
    }

    @Test("an ack next to nothing but rejections goes alone")
    func rejectionsOnly() throws {
        var tracker = try tracker(delivered: 2)
        tracker.settle(1, .reject(requeue: true))
        tracker.settle(2, .ack)
        #expect(tracker.takeFrames() == [.reject(tag: 1, requeue: true), .ack(tag: 2, multiple: false)])
    }

    @Test(
        "the first settlement counts, later ones do nothing",
        arguments: [Settlement.ack, .requeue, .reject(requeue: false)])
    func twice(second: Settlement) throws {
        var tracker = try tracker(delivered: 2)
        tracker.settle(1, .ack)
        tracker.settle(1, second)
        #expect(tracker.outstanding == 1)
        #expect(tracker.takeFrames() == [.ack(tag: 1, multiple: false)])
        tracker.settle(1, second)
        #expect(tracker.takeFrames().isEmpty)
        #expect(tracker.outstanding == 1)
    }

    @Test("a tag that never came settles nothing", arguments: [UInt64(0), 4, .max])
    func neverDelivered(tag: UInt64) throws {
        var tracker = try tracker(delivered: 3)
        tracker.settle(tag, .ack)
        #expect(tracker.unsent == 0)
        #expect(tracker.takeFrames().isEmpty)
        #expect(tracker.outstanding == 3)
    }

    @Test("deliveries come one tag after the other, or the broker cannot be trusted", arguments: [UInt64(0), 1, 2, 4])
    func outOfTurn(tag: UInt64) throws {
        var tracker = try tracker(delivered: 2)
        let error = #expect(throws: AMQPError.self) { try tracker.delivered(tag) }
        #expect(error?.code == .protocolViolation)
        try tracker.delivered(3)
    }
}
