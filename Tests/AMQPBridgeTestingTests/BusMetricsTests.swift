import AMQPBridge
import AMQPBridgeTesting
import MetricsTestKit
import Testing

@Suite("What a bus counts", .timeLimit(.minutes(1)))
struct BusMetricsTests {
    private func count(_ depot: Depot, _ name: MetricName, _ dimensions: (String, String)...) throws -> Int64 {
        try depot.metrics.expectCounter(name.label, dimensions).totalValue
    }

    @Test("every delivery's way, each step once")
    func ways() async throws {
        let depot = try Depot(ladder: try RetryLadder("1s,2s"))
        try depot.openDesk()
        depot.bus.on(Crate.self) { crate, context in
            switch crate.number {
            case 1: return [Slip(number: 1)]
            case 2 where context.attempt == 1: throw Jammed()
            case 3: throw Jammed()
            case 4: throw PermanentFailure("bent")
            default: return []
            }
        }
        try depot.send((1...4).map { Crate($0) })
        let stranger = Publishing(exchange: "events", routingKey: "crate", body: Array("{}".utf8))
        depot.broker.publish(stranger)
        try await depot.running {
            try await depot.passTime("all of it has ended") { depot.dead == 3 && depot.isDone }
        }
        // 5, once more of 2, and 3 twice more.
        #expect(try count(depot, .delivered) == 8)
        #expect(try count(depot, .acked) == 8)
        #expect(try count(depot, .retried, ("rung", "1s")) == 2)
        #expect(try count(depot, .retried, ("rung", "2s")) == 1)
        #expect(try count(depot, .dead, ("reason", "exhausted")) == 1)
        #expect(try count(depot, .dead, ("reason", "permanent")) == 1)
        #expect(try count(depot, .dead, ("reason", "undecodable")) == 1)
        #expect(try count(depot, .dead, ("reason", "unknown_type")) == 0)
        // The slip, three copies to the ladder, three letters.
        #expect(try count(depot, .published) == 7)
        #expect(try count(depot, .confirmed) == 7)
        #expect(try count(depot, .connections, ("connection", "publish")) == 1)
        #expect(try count(depot, .connections, ("connection", "consume")) == 1)
        let times = try depot.metrics.expectTimer(MetricName.handlerTime.label, [("type", "test.crate.v1")])
        #expect(times.values.count == 7)
    }

    @Test("what nobody listens to, and connections made anew")
    func returned() async throws {
        let depot = try Depot(ladder: try RetryLadder("1s"))
        depot.bus.on(Crate.self) { crate, _ in [Slip(number: crate.number)] }
        try depot.send([Crate(1)])
        try await depot.running {
            try await depot.passTime("it is dead") { depot.dead == 1 && depot.isDone }
            #expect(try count(depot, .returned) == 2)
            depot.broker.closeConnections()
            try await depot.passTime("it is back") {
                (try? count(depot, .connections, ("connection", "consume"))) == 2
                    && (try? count(depot, .connections, ("connection", "publish"))) == 2
            }
        }
    }

    @Test("how much is in hand, and how long an alarm has held publishing back")
    func states() async throws {
        let depot = try Depot()
        let gate = Gate()
        depot.bus.on(Crate.self) { _, _ in
            await gate.wait()
            return [Slip(number: 1)]
        }
        try depot.openDesk()
        try depot.send([Crate(1), Crate(2)])
        try await depot.running {
            // With something in the queue at the start, one at a time.
            try await eventually("the first is in hand") { depot.bus.state.inFlight == 1 }
            depot.broker.block()
            gate.open()
            try await depot.passTime("the bus knows of the alarm") { depot.bus.state.blockedReason != nil }
            let before = depot.bus.state.blockedTime
            try await depot.pass(.seconds(2))
            #expect(depot.bus.state.blockedTime - before >= .seconds(2))
            depot.broker.unblock()
            try await depot.passTime("all is done") { depot.isDone && depot.bus.state.inFlight == 0 }
            let after = depot.bus.state.blockedTime
            try await depot.pass(.seconds(2))
            #expect(depot.bus.state.blockedTime == after)
        }
    }
}
