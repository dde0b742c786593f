import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@Suite("A handler for all the rest", .timeLimit(.minutes(1)))
struct AnyEventTests {
    @Test("takes what no other does, whatever its data are, and knows what it was")
    func rest() async throws {
        let depot = try Depot()
        let seen = Mutex<[String]>([])
        depot.bus.on(Crate.self) { crate, context in
            depot.done.add(crate, context)
            return []
        }
        depot.bus.on(AnyEvent.self) { _, context in
            seen.withLock { $0.append("\(context.metadata.type) \(context.metadata.subject)") }
            return []
        }
        try depot.send([Crate(1)])
        let stranger = try depot.bus.encoder.encode(Slip(number: 7)).publishing(to: "events")
        depot.broker.publish(
            Publishing(exchange: "events", routingKey: "crate", properties: stranger.properties, body: stranger.body))
        try await depot.running { try await depot.passTime("both are handled") { depot.isDone } }
        #expect(depot.done.numbers == [1] && depot.dead == 0)
        #expect(seen.withLock { $0 } == ["test.slip.v1 slip-7"])
    }

    @Test("what is no event at all is a dead letter all the same, and it cannot be sent")
    func none() async throws {
        let depot = try Depot()
        depot.bus.on(AnyEvent.self) { _, _ in [] }
        depot.broker.publish(Publishing(exchange: "events", routingKey: "crate", body: Array("{}".utf8)))
        try await depot.running { try await depot.passTime("it is dead") { depot.dead == 1 && depot.isDone } }
        #expect(throws: AMQPError.self) { try depot.bus.encoder.encode(AnyEvent()) }
    }
}
