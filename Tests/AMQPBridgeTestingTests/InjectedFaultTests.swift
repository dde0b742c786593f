import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Injected faults leave the rest of the bus as it is", .timeLimit(.minutes(1)))
struct InjectedFaultTests {
    @Test("a permanent error is a dead letter at once, and the handler was not called")
    func permanent() async throws {
        let depot = try Depot()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            return []
        }
        let faults = try FaultPoints()
        faults.inject(.throwError(PermanentFailure("broken")), onDelivery: 1, of: "owner-1")
        depot.bus.inject(faults)
        try depot.send([Crate(1), Crate(2)])
        try await depot.running {
            try await eventually("both are settled") { depot.dead == 1 && depot.calls.count == 1 && depot.isDone }
        }
        #expect(depot.calls.numbers == [2])
    }

    @Test("a delay is the bus's time: nothing happens until the test moves it")
    func delay() async throws {
        let depot = try Depot()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            return []
        }
        depot.bus.inject(try FaultPoints([.delay(.seconds(60)): 1]))
        try depot.send([Crate(1)])
        try await depot.running {
            try await eventually("it is in hand") { depot.inHand == 1 }
            try await depot.pass(.seconds(59))
            #expect(depot.calls.count == 0)
            try await depot.passTime("it is called") { depot.calls.count == 1 && depot.isDone }
        }
    }

    /// Unlike a crash before the effect: a quorum queue puts what comes back a second time behind all that came back.
    @Test("events of one key are handled in order, however often their acks do not leave")
    func order() async throws {
        let depot = try Depot { $0.concurrency = 4 }
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            return []
        }
        let faults = try FaultPoints(seed: 3, [.dropAck: 0.1], atMost: 12)
        depot.bus.inject(faults)
        try depot.send((0..<200).map { Crate($0, of: "owner-\($0 % 5)") })
        try await depot.running {
            try await depot.passTime("all are done") { Set(depot.calls.numbers).count == 200 && depot.isDone }
        }
        #expect(faults.injected == 12 && depot.dead == 0)
        for owner in 0..<5 {
            var seen: Set<Int> = []
            let firsts = depot.calls.numbers.filter { $0 % 5 == owner && seen.insert($0).inserted }
            #expect(firsts == firsts.sorted())
        }
    }

    @Test(
        "an ack that never leaves, ever: the broker parks the event by its delivery limit, and its neighbours are done")
    func neverAcked() async throws {
        let depot = try Depot()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            return []
        }
        let faults = try FaultPoints()
        for time in 1...30 { faults.inject(.dropAck, onDelivery: time, of: "owner-5") }
        depot.bus.inject(faults)
        try depot.send((0..<30).map { Crate($0) })
        try await depot.running {
            try await depot.passTime("it is parked, the others are done") { depot.dead == 1 && depot.isDone }
        }
        #expect(faults.injected(.dropAck) == Int(ServiceTopology.deliveryLimit) + 1)
        #expect(Set(depot.calls.numbers).count == 30)
    }
}
