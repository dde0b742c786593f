import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

private struct Ping: Event, Equatable {
    static let type: EventType = "test.ping.v1"
    static let routingKey: RoutingKey = "ping"
    var number: Int
    var subject: String { "ping-\(number)" }
}

private struct Pong: Event, Equatable {
    static let type: EventType = "test.pong.v1"
    static let routingKey: RoutingKey = "pong"
    var number: Int
    var subject: String { "pong-\(number)" }
}

/// The numbers of the events that came, each with the attempt.
private final class Seen: Sendable {
    private let entries = Mutex<[String]>([])

    var all: [String] { entries.withLock { $0 } }

    func add(_ number: Int, _ context: EventContext) {
        entries.withLock { $0.append("\(number) attempt \(context.attempt)") }
    }
}

@Suite("The bus on a broker in memory is the real one, in the time of the test", .timeLimit(.minutes(1)))
struct InMemoryEventBusTests {
    private static func topology(_ service: String, _ keys: RoutingKey...) -> ServiceTopology {
        ServiceTopology(service: service, exchange: "events", listensTo: keys)
    }

    private static func bus(_ broker: InMemoryBroker, _ service: String, _ key: RoutingKey) throws -> InMemoryEventBus {
        let topology = topology(service, key)
        try broker.declare(topology.shared)
        return InMemoryEventBus(broker, topology, encoder: EventEncoder(source: "/test/\(service)"))
    }

    private func running(
        _ buses: InMemoryEventBus..., body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bus in buses { group.addTask { try await bus.run() } }
            try await eventually("all consume") { buses.allSatisfy(\.state.obstacles.isEmpty) }
            try await body()
            group.cancelAll()
        }
    }

    @Test("from one service to another and back")
    func twoServices() async throws {
        let broker = InMemoryBroker()
        let seen = Seen()
        let (asking, answering) = (try Self.bus(broker, "ask", "pong"), try Self.bus(broker, "answer", "ping"))
        answering.on(Ping.self) { ping, _ in [Pong(number: ping.number)] }
        asking.on(Pong.self) { pong, context in
            seen.add(pong.number, context)
            return []
        }
        try await running(asking, answering) {
            let outcomes = await asking.publish([try asking.encoder.encode(Ping(number: 7))])
            #expect(outcomes.map(\.word) == ["confirmed"])
            try await eventually("the answer came") { seen.all == ["7 attempt 1"] }
            try await eventually("all is settled") {
                broker.unsettled(in: "ask.in") == 0 && broker.unsettled(in: "answer.in") == 0
            }
        }
        #expect(broker.connections == 0)
    }

    @Test("the whole ladder in no time: five calls in 131 seconds, then a dead letter with its reason")
    func ladder() async throws {
        let broker = InMemoryBroker()
        let seen = Seen()
        let bus = try Self.bus(broker, "svc", "ping")
        bus.on(Ping.self) { ping, context in
            seen.add(ping.number, context)
            throw AMQPError(.timeout, "the printer is out of paper")
        }
        try await running(bus) {
            _ = await bus.publish([try bus.encoder.encode(Ping(number: 1))])
            let rungs: [(queue: QueueName, time: Duration)] = [
                ("svc.retry.1s", .seconds(1)), ("svc.retry.10s", .seconds(10)), ("svc.retry.60s", .seconds(60)),
                ("svc.retry.60s", .seconds(60)),
            ]
            for (index, rung) in rungs.enumerated() {
                try await eventually("it waits in \(rung.queue)") { broker.messages(in: rung.queue)?.count == 1 }
                #expect(seen.all.count == index + 1)
                broker.advance(by: rung.time - .milliseconds(1))
                #expect(broker.messages(in: rung.queue)?.count == 1)
                broker.advance(by: .milliseconds(1))
                #expect(broker.messages(in: rung.queue)?.count == 0)
            }
            try await eventually("it is dead") { broker.messages(in: "svc.dead")?.count == 1 }
        }
        #expect(seen.all == (1...5).map { "1 attempt \($0)" })
        #expect(broker.clock.now.offset == .seconds(131))
        let letter = try #require(broker.messages(in: "svc.dead")?.first)
        #expect(letter.properties.headers["amqpbridge-attempt"] == 5)
        #expect("\(letter.properties.headers)".contains("out of paper"))
    }

    @Test("the broker goes and comes back: what was unsettled is handled again")
    func outage() async throws {
        let broker = InMemoryBroker()
        let seen = Seen()
        let bus = try Self.bus(broker, "svc", "ping")
        bus.on(Ping.self) { ping, context in
            seen.add(ping.number, context)
            return []
        }
        try await running(bus) {
            broker.stop()
            try await eventually("it is not ready") { !bus.state.obstacles.isEmpty }
            let event = try bus.encoder.encode(Ping(number: 1))
            #expect(await bus.publish([event]).first?.isConfirmed == false)
            broker.start()
            #expect(broker.publish(event.publishing(to: "events")).isConfirmed)
            try await eventually("it is handled") {
                broker.advance(by: .seconds(1))
                return seen.all.count == 1
            }
            try await eventually("it is ready") { bus.state.obstacles.isEmpty }
        }
    }
}
