import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A handler that does not end holds up nothing", .timeLimit(.minutes(1)))
struct HandlerDeadlineTests {
    @Test("past its deadline it is cancelled, and the call has failed")
    func obedient() async throws {
        let depot = try Depot()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if crate.number == 1, context.attempt == 1 { try await depot.broker.clock.sleep(for: .seconds(9000)) }
            depot.done.add(crate, context)
            return []
        }
        try depot.send([Crate(1), Crate(2)])
        try await depot.running {
            try await eventually("it is called") { depot.calls.count == 1 }
            try await depot.pass(.seconds(599), step: .seconds(10))
            #expect(depot.calls.count == 1 && depot.inHand == 1)
            try await depot.passTime("both are done") { depot.done.count == 2 && depot.isDone }
        }
        #expect(depot.calls.attempts(of: 1) == [1, 2] && depot.calls.attempts(of: 2) == [1])
        #expect(depot.dead == 0)
    }

    @Test("one that ignores it is left behind after ten seconds; when it ends at last, nothing happens twice")
    func leftBehind() async throws {
        let depot = try Depot()
        try depot.openDesk()
        let gate = Gate()
        let hasReturned = Flag()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if crate.number == 1, context.attempt == 1 {
                await gate.wait()
                hasReturned.isOn = true
            }
            return [Slip(number: crate.number)]
        }
        try depot.send([Crate(1), Crate(2), Crate(3, of: "owner-1")])
        try await depot.running {
            try await eventually("it is called") { depot.calls.count == 1 }
            try await depot.pass(.seconds(600), step: .seconds(10))
            try await depot.pass(.seconds(9))
            #expect(depot.calls.count == 1 && depot.broker.messages(in: "depot.retry.1s")?.count == 0)
            try await depot.passTime("the others are done, and it is") { depot.calls.count == 4 && depot.isDone }
            #expect(depot.calls.attempts(of: 1) == [1, 2])
            #expect(!hasReturned.isOn)
            gate.open()
            try await eventually("it ends") { hasReturned.isOn }
            try await depot.pass(.seconds(300), step: .seconds(5))
        }
        #expect(depot.calls.numbers == [1, 2, 1, 3] || depot.calls.numbers == [1, 1, 2, 3])
        #expect(depot.broker.messages(in: "desk")?.count == 3, "one slip a crate")
        #expect(depot.dead == 0 && depot.isDone)
    }

    @Test("one that ignores it every time ends among the dead, and holds up no shutdown but its own")
    func dead() async throws {
        let depot = try Depot(ladder: try RetryLadder("1s")) { $0.handlerTimeout = .seconds(1) }
        let gate = Gate()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if crate.number == 1 { await gate.wait() }
            return []
        }
        try depot.send([Crate(1), Crate(2)])
        try await depot.running {
            try await depot.passTime("it is dead") { depot.dead == 1 && depot.isDone }
            #expect(depot.calls.attempts(of: 1) == [1, 2] && depot.calls.attempts(of: 2) == [1])
            let letter = try #require(depot.broker.messages(in: "depot.dead")?.first)
            #expect(letter.properties.headers["amqpbridge-error-type"] == "timeout")
            gate.open()
        }
        #expect(depot.dead == 1 && depot.isDone)
    }

    @Test("a shutdown that cannot wait any longer gives the event back; its handler's result does not count")
    func surrender() async throws {
        let depot = try Depot()
        try depot.openDesk()
        let gate = Gate()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            await gate.wait()
            return [Slip(number: crate.number)]
        }
        try depot.send([Crate(1)])
        try await depot.running {
            try await eventually("it is called") { depot.calls.count == 1 }
        } meanwhile: {
            try await depot.pass(.seconds(3), step: .seconds(1))
            #expect(depot.inHand == 1 && !depot.hasEnded.isOn)
            try await depot.passTime("it is back") { depot.ready == 1 }
            gate.open()
        }
        #expect(depot.ready == 1 && depot.inHand == 0)
        #expect(depot.broker.messages(in: "desk")?.count == 0)
    }
}
