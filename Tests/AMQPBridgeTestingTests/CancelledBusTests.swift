import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A bus that is cancelled ends as in a crash", .timeLimit(.minutes(1)))
struct CancelledBusTests {
    @Test("what a handler ends with afterwards settles nothing, and the event is there for the next run")
    func settlesNothing() async throws {
        let depot = try Depot()
        let gate = Gate()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            await gate.wait()
            return []
        }
        try depot.send([Crate(1), Crate(2)])
        let run = Task { try await depot.bus.run() }
        try await eventually("it is at work") { depot.calls.count == 1 }
        run.cancel()
        try await eventually("both wait again") { depot.ready == 2 }
        gate.open()
        _ = await run.result
        #expect(depot.ready == 2)
        #expect(depot.inHand == 0)
        #expect(depot.calls.count == 1, "nothing more was begun")
    }
}
