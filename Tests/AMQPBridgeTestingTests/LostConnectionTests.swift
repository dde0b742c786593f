import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A lost connection leaves nothing behind that somebody would wait for", .timeLimit(.minutes(1)))
struct LostConnectionTests {
    /// What a connection takes along with it must not be waited for on the next one.
    @Test("a connection is lost while what follows from one event waits to be sent and another is handled")
    func lostBeforeSettling() async throws {
        let depot = try Depot()
        try depot.openDesk()
        let gate = Gate()
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if crate.number == 2 { await gate.wait() }
            return crate.number == 1 ? [Slip(number: 1)] : []
        }
        depot.bus.pause()
        try depot.send([Crate(0), Crate(1), Crate(2)])
        try await depot.running {
            try await eventually("it waits") { depot.bus.state.obstacles == ["paused"] }
            depot.bus.resume()
            try await eventually("the first has gone, and the last is at work", within: .seconds(10)) {
                depot.calls.numbers.contains(2)
            }
            depot.broker.closeConnections()
            try await depot.passTime("there is a new connection") { depot.broker.connections == 2 }
            gate.open()
            try await depot.passTime("all are done") { depot.isDone }
        }
        #expect(depot.broker.messages(in: "desk")?.isEmpty == false)
        #expect(depot.dead == 0)
    }
}
