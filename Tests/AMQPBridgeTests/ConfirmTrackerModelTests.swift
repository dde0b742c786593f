import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

/// Thousands of random steps, each compared with a dictionary that does the same naively.
@Suite("The confirm tracker does what a dictionary would", .timeLimit(.minutes(1)))
struct ConfirmTrackerModelTests {
    private let error = AMQPError(.timeout, "no confirm")

    @Test("random steps", arguments: Seeds.all)
    func randomSteps(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var tracker = ConfirmTracker<Int>()
        var model = Model()
        for step in 0..<3000 {
            let (got, wanted) = take(Int.random(in: 0..<100, using: &generator), &tracker, &model, &generator)
            #expect(got == wanted, "seed \(seed), step \(step)")
            #expect(tracker.count == model.pending.count, "seed \(seed), step \(step)")
            #expect(tracker.nextTag == model.nextTag, "seed \(seed), step \(step)")
            if got != wanted { return }
        }
    }

    private func take(
        _ dice: Int, _ tracker: inout ConfirmTracker<Int>, _ model: inout Model, _ generator: inout SeededGenerator
    ) -> (got: [Int: PlainOutcome], wanted: [Int: PlainOutcome]) {
        // Ids repeat now and then; tags go a little beyond what was ever registered.
        let id = "m\(UInt64.random(in: 0..<20, using: &generator))"
        let tag = UInt64.random(in: 0...(model.nextTag + 2), using: &generator)
        let near =
            model.nextTag > 10 ? UInt64.random(in: model.nextTag - 10..<model.nextTag + 2, using: &generator) : tag
        let isAck = Bool.random(using: &generator)
        switch dice {
        case 0..<50:
            // Alone, or a run of several.
            let deadline = MonotonicInstant.seconds(Int(model.nextTag))
            let ids = [id] + (0..<Int.random(in: 0...3, using: &generator)).map { "m\($0)" }
            tracker.register(Int(model.nextTag), returnKeys: ids.map { ReturnKey($0) }[...], deadline: deadline)
            for id in ids { model.register(id, deadline) }
            return ([:], [:])
        case 50..<60:
            tracker.markReturned(ReturnKey(id))
            model.markReturned(id)
            return ([:], [:])
        case 60..<85:
            return (tracker.resolve(near, isAck: isAck), model.resolve(near...near, isAck: isAck))
        case 85..<95:
            let last = near == 0 ? model.nextTag : near
            return (tracker.resolve(near, multiple: true, isAck: isAck), model.resolve(1...last, isAck: isAck))
        case 95..<99:
            let now = MonotonicInstant.seconds(Int(tag))
            return (tracker.expire(at: now, error: error).outcomes, model.remove { $0.deadline <= now })
        default:
            return (tracker.failAll(error).outcomes, model.remove { _ in true })
        }
    }
}

private struct Model {
    struct Entry {
        var id: String
        var deadline: MonotonicInstant
        var isReturned = false
    }

    var pending: [UInt64: Entry] = [:]
    var nextTag: UInt64 = 1

    mutating func register(_ id: String, _ deadline: MonotonicInstant) {
        pending[nextTag] = Entry(id: id, deadline: deadline)
        nextTag += 1
    }

    mutating func markReturned(_ id: String) {
        let oldest = pending.filter { $0.value.id == id && !$0.value.isReturned }.keys.min()
        if let oldest { pending[oldest]?.isReturned = true }
    }

    mutating func resolve(_ tags: ClosedRange<UInt64>, isAck: Bool) -> [Int: PlainOutcome] {
        var outcomes: [Int: PlainOutcome] = [:]
        for (tag, entry) in pending where tags.contains(tag) {
            outcomes[Int(tag)] = !isAck ? .nacked : entry.isReturned ? .unroutable : .confirmed
            pending[tag] = nil
        }
        return outcomes
    }

    mutating func remove(where matches: (Entry) -> Bool) -> [Int: PlainOutcome] {
        let removed = pending.filter { matches($0.value) }
        for tag in removed.keys { pending[tag] = nil }
        return Dictionary(uniqueKeysWithValues: removed.keys.map { (Int($0), .unknown) })
    }
}
