import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@Suite("What a failure leads to is the policy's word, and its key's order holds", .timeLimit(.minutes(1)))
struct SubscriptionFailureTests {
    @Test("never: one call, then a dead letter; not now is still not now")
    func never() async throws {
        let depot = try Depot()
        depot.isAway.isOn = true
        depot.bus.on(Crate.self, retry: .never) { crate, context in
            depot.calls.add(crate, context)
            if depot.isAway.isOn { throw NotNow("locked") }
            if crate.number == 1 { throw Jammed() }
            depot.done.add(crate, context)
            return []
        }
        try depot.send([Crate(1, of: "ada"), Crate(2, of: "ada")])
        try await depot.running {
            try await depot.passTime("it is tried a few times") { depot.calls.count >= 4 }
            depot.isAway.isOn = false
            try await depot.passTime("one is dead, the other done") { depot.dead == 1 && depot.done.count == 1 }
        }
        #expect(depot.calls.attempts(of: 1).allSatisfy { $0 == 1 } && depot.done.numbers == [2])
        #expect(depot.isDone)
    }

    @Test("a judgement of one's own: hopeless, later, or not now")
    func classified() async throws {
        let depot = try Depot(ladder: try RetryLadder("1s,1s"))
        let policy = RetryPolicy.ladder { error in
            guard let error = error as? AMQPError else { return .transient }
            return error.code == .closed ? .permanent : .notNow
        }
        depot.bus.on(Crate.self, retry: policy) { crate, context in
            depot.calls.add(crate, context)
            switch crate.number {
            case 1: throw AMQPError(.closed, "for good")
            case 2: throw Jammed()
            case 3 where depot.calls.attempts(of: 3).count < 3: throw AMQPError(.undecodable, "wait")
            default: return []
            }
        }
        try depot.send([Crate(1), Crate(2), Crate(3)])
        try await depot.running {
            try await depot.passTime("two are dead, one is done") { depot.dead == 2 && depot.isDone }
        }
        #expect(depot.calls.attempts(of: 1) == [1])
        #expect(depot.calls.attempts(of: 2) == [1, 2, 3])
        #expect(depot.calls.attempts(of: 3) == [1, 1, 1])
    }

    @Test("four lanes, twenty keys, failures at random: every key in its order", arguments: [1, 2, 3] as [UInt64])
    func keys(seed: UInt64) async throws {
        let depot = try Depot(ladder: try RetryLadder("1s,2s,1s")) {
            $0.concurrency = 4
            $0.breakerThreshold = 1000
        }
        // Of seven events one fails once to four times; four times is death.
        @Sendable func failures(_ number: Int) -> Int {
            (UInt64(number) &* 2_654_435_761 &+ seed) % 7 == 0 ? number % 4 + 1 : 0
        }
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            await Task.yield()
            if context.attempt <= failures(crate.number) { throw Jammed() }
            depot.done.add(crate, context)
            return []
        }
        let hopeless = (0..<400).filter { failures($0) == 4 }.count
        try await depot.running {
            for start in stride(from: 0, to: 400, by: 50) {
                try depot.send((start..<start + 50).map { Crate($0, of: "owner-\($0 % 20)") })
                try await depot.pass(.seconds(1), step: .milliseconds(250))
            }
            try await depot.passTime("all are done or dead") {
                depot.done.count + depot.dead == 400 && depot.isDone
            }
        }
        #expect(depot.dead == hopeless && Set(depot.done.numbers).count == 400 - hopeless)
        for owner in 0..<20 {
            let numbers = depot.done.numbers.filter { $0 % 20 == owner }
            #expect(numbers == numbers.sorted())
        }
    }

    @Test("a batch handler that cannot now, or miscounts, is called again; nothing counts")
    func batch() async throws {
        let depot = try Depot()
        let handler = Sorting(depot) { call in
            switch call {
            case 1: throw NotNow("locked")
            case 2: return []
            case 3: return [.handled([]), .handled([]), .handled([])]
            default: return nil
            }
        }
        depot.bus.on([Crate.self], batch: handler)
        try depot.send((1...5).map { Crate($0) })
        try await depot.running {
            try await eventually("the breaker is open") { depot.bus.state.outage != nil }
            try await depot.passTime("all are done") { depot.done.count == 5 && depot.isDone }
        }
        #expect(depot.done.numbers == [1, 2, 3, 4, 5])
        #expect((1...5).allSatisfy { depot.done.attempts(of: $0) == [1] } && depot.dead == 0)
    }

    @Test("what follows from a batch is confirmed before the next one: if it fails, its key waits")
    func batchFollowing() async throws {
        let depot = try Depot()
        let handler = Sorting(depot) { _ in nil }
        depot.bus.on([Crate.self], batch: handler)
        try await depot.running {
            try depot.openDesk()
            try depot.send([Crate(0)])
            try await eventually("the first is done") { depot.isDone && depot.calls.count == 1 }
            depot.broker.deleteQueue("desk")
            handler.onNext = { crate in
                guard crate.number == 1, depot.calls.attempts(of: 1).count == 1 else { return }
                try depot.send([Crate(2, of: "ada")])
                try await eventually("the next one is in hand") { depot.inHand == 2 }
                try await Task.sleep(for: .milliseconds(20))
            }
            try depot.send([Crate(1, of: "ada")])
            try await eventually("both wait on the ladder") {
                depot.broker.messages(in: "depot.retry.1s")?.count == 2
            }
            try depot.openDesk()
            try await depot.passTime("both are done") { depot.isDone }
        }
        #expect(depot.calls.numbers == [0, 1, 1, 2])
    }

    @Test("it was handled after a retry, but what followed failed: those that wait for it go on waiting")
    func followingAfterRetry() async throws {
        let depot = try Depot()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if crate.number == 1, context.attempt == 1 { throw Jammed() }
            return [Slip(number: crate.number)]
        }
        try depot.send([Crate(1, of: "ada"), Crate(2, of: "ada")])
        try await depot.running {
            // Nobody takes the slip: it climbs once more.
            try await depot.passTime("it waits for its third call") {
                depot.broker.messages(in: "depot.retry.10s")?.isEmpty == false
            }
            try depot.openDesk()
            try await depot.passTime("both are done") { depot.isDone }
        }
        #expect(depot.calls.numbers == [1, 1, 1, 2])
    }
}

/// A batch handler that follows a script, then handles everything; a slip follows from each crate when there is a desk.
private final class Sorting: EventBatchHandler {
    private let depot: Depot
    private let script: @Sendable (_ call: Int) throws -> [HandlingResult]?
    private let state = Mutex<(calls: Int, onNext: @Sendable (Crate) async throws -> Void)>((0, { _ in }))

    init(_ depot: Depot, _ script: @escaping @Sendable (_ call: Int) throws -> [HandlingResult]?) {
        self.depot = depot
        self.script = script
    }

    var onNext: @Sendable (Crate) async throws -> Void {
        get { state.withLock { $0.onNext } }
        set { state.withLock { $0.onNext = newValue } }
    }

    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        if let results = try script(call), results.count != events.count || call != 3 { return results }
        var results: [HandlingResult] = []
        for event in events {
            guard let crate = event.event as? Crate else { continue }
            depot.calls.add(crate, event.context)
            try await onNext(crate)
            depot.done.add(crate, event.context)
            let slip = try depot.bus.encoder.encode(Slip(number: crate.number))
            results.append(.handled(crate.owner == "ada" ? [slip] : []))
        }
        return results
    }

    func run(publishingTo publisher: any EventPublisher) async throws {}

    func drain(until deadline: ContinuousClock.Instant) async {}
}
