import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("An outage, however long, parks nothing and loses no order", .timeLimit(.minutes(1)))
struct LongOutageTests {
    /// A depot whose handler says "not now" while it is away.
    private func depot(_ change: (inout SubscriptionOptions) -> Void = { _ in }) throws -> Depot {
        let depot = try Depot(change)
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if depot.isAway.isOn { throw NotNow("the gate is locked") }
            depot.done.add(crate, context)
            return []
        }
        return depot
    }

    @Test("a day: all are handled afterwards, in order, and none is dead", arguments: [1, 4])
    func day(concurrency: Int) async throws {
        let depot = try depot {
            $0.prefetch = 20
            $0.concurrency = concurrency
        }
        try await depot.running {
            try depot.send([Crate(0)])
            try await eventually("the full prefetch is asked for") { depot.done.count == 1 }
            depot.isAway.isOn = true
            try depot.send((1...40).map { Crate($0, of: "owner-\($0 % 3)") })
            try await depot.passTime("the breaker is open") { depot.bus.state.outage != nil }
            try await depot.pass(.seconds(86_400), step: .seconds(60))
            #expect(depot.dead == 0 && depot.done.count == 1)
            #expect(depot.inHand <= 2, "one in hand, and what is being tried")
            let worn = depot.broker.messages(in: "depot.in")?.map(\.deliveryCount).max() ?? 0
            #expect(worn <= 11, "what came back often goes on as a fresh copy")
            depot.isAway.isOn = false
            try await depot.passTime("all are done") { depot.done.count >= 41 && depot.isDone }
        }
        #expect(depot.dead == 0)
        #expect(depot.done.numbers.count == 41 && depot.bus.state.outage == nil)
        for owner in 0..<3 {
            let numbers = depot.done.numbers.filter { $0 > 0 && $0 % 3 == owner }
            #expect(numbers == numbers.sorted())
        }
    }

    // One that came with the careful prefetch may be in hand besides the twenty.
    @Test("when it lasts for ten minutes, everything in hand goes back; when it is over, the full prefetch returns")
    func hold() async throws {
        let depot = try depot { $0.prefetch = 20 }
        try await depot.running {
            try depot.send([Crate(0)])
            try await eventually("the full prefetch is asked for") { depot.done.count == 1 }
            depot.isAway.isOn = true
            try depot.send((1...30).map { Crate($0) })
            try await eventually("as many as wanted are in hand") {
                (20...21).contains(depot.inHand) && depot.bus.state.outage != nil
            }
            try await depot.pass(.seconds(599), step: .seconds(5))
            #expect((20...21).contains(depot.inHand))
            try await depot.passTime("all but one are back") { depot.ready >= 29 && depot.inHand <= 1 }
            depot.isAway.isOn = false
            try await depot.passTime("all are done") { depot.done.count == 31 }
            depot.isAway.isOn = true
            try depot.send((31...60).map { Crate($0) })
            try await eventually("as many as wanted are in hand") { (20...21).contains(depot.inHand) }
            depot.isAway.isOn = false
            try await depot.passTime("all are done") { depot.isDone }
        }
        #expect(depot.done.numbers.count == 61)
    }

    @Test("a shutdown in an outage waits for nothing")
    func shutdown() async throws {
        let depot = try depot()
        depot.isAway.isOn = true
        try depot.send((1...5).map { Crate($0) })
        try await depot.running {
            try await eventually("the breaker is open") { depot.bus.state.outage != nil }
        } meanwhile: {
            // Time stands still.
            try await eventually("it ends") { depot.hasEnded.isOn }
        }
        #expect(depot.ready == 5 && depot.inHand == 0 && depot.dead == 0)
    }

    @Test("paused and without a connection while it lasts: the bus goes on, and so do the events afterwards")
    func pausedMeanwhile() async throws {
        let depot = try depot()
        depot.isAway.isOn = true
        try depot.send((1...5).map { Crate($0) })
        try await depot.running {
            try await eventually("the breaker is open") { depot.bus.state.outage != nil }
            depot.bus.pause()
            depot.broker.closeConnections()
            try await depot.passTime("it is connected again") { depot.broker.connections == 2 && depot.inHand == 0 }
            try await depot.pass(.seconds(1500), step: .seconds(10))
            #expect(!depot.hasEnded.isOn)
            #expect(depot.ready == 5)
            depot.isAway.isOn = false
            depot.bus.resume()
            try await depot.passTime("all are done") { depot.done.count == 5 && depot.isDone }
        }
        #expect(depot.done.numbers == [1, 2, 3, 4, 5])
    }

    @Test("paused before it is connected, it takes nothing until it is resumed")
    func pausedBefore() async throws {
        let depot = try depot()
        depot.bus.pause()
        try depot.send((1...5).map { Crate($0) })
        try await depot.running {
            try await eventually("it is connected") { depot.broker.connections == 2 }
            try await depot.pass(.seconds(60), step: .seconds(5))
            #expect(depot.ready == 5 && depot.calls.count == 0)
            #expect(depot.bus.state.obstacles == ["paused"])
            depot.bus.resume()
            try await eventually("all are done") { depot.done.count == 5 && depot.bus.state.obstacles.isEmpty }
        }
        #expect(depot.isDone)
    }

    @Test("the broker takes no messages: what was handled waits for its ack and is not called again")
    func blocked() async throws {
        let depot = try Depot()
        try depot.openDesk()
        let gate = Gate()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if crate.number > 2 { await gate.wait() }
            return [Slip(number: crate.number)]
        }
        try await depot.running {
            try await eventually("it is ready") { depot.bus.state.obstacles.isEmpty }
            try depot.send([Crate(1), Crate(2)])
            try await eventually("both are done") { depot.calls.count == 2 && depot.isDone }
            try depot.send([Crate(3, of: "owner-1"), Crate(4, of: "owner-1")])
            try await eventually("both are in hand") { depot.inHand == 2 && depot.calls.count == 3 }
            depot.broker.block()
            gate.open()
            try await eventually("it is told") { depot.bus.state.blockedReason != nil }
            // Publishings time out every 30 s and are sent again.
            try await depot.pass(.seconds(300))
            #expect(depot.inHand == 2 && depot.calls.count == 3)
            depot.broker.unblock()
            try await depot.passTime("all is settled") { depot.calls.count == 4 && depot.isDone }
        }
        #expect(depot.calls.numbers == [1, 2, 3, 4])
        #expect(depot.dead == 0)
    }
}
