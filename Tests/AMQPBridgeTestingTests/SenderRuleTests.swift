import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Events are believed from those whose they are", .timeLimit(.minutes(1)))
struct SenderRuleTests {
    private static let rule = SenderRule { user, type in user == "carrier" && type == Crate.type }

    private func depot(_ rule: SenderRule? = rule) throws -> Depot {
        let depot = try Depot(ladder: try RetryLadder("1s")) { $0.senders = rule }
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            if depot.isAway.isOn { throw Jammed() }
            depot.done.add(crate, context)
            return []
        }
        return depot
    }

    private func send(
        _ number: Int, to depot: Depot, as user: String?, key: RoutingKey = "crate", headers: AMQPTable = [:]
    ) throws {
        var publishing = try depot.bus.encoder.encode(Crate(number)).publishing(to: "events")
        publishing.routingKey = key
        publishing.properties.userID = user
        publishing.properties.headers = headers
        depot.broker.publish(publishing)
    }

    /// What the dead letters say, in the order of their arrival.
    private func reasons(_ depot: Depot) -> [String] {
        (depot.broker.messages(in: depot.topology.deadQueue) ?? []).map {
            $0.properties.headers["amqpbridge-error-type"]?.string ?? "none"
        }
    }

    @Test("their own user's are handled, anybody else's and nobody's are dead letters at once")
    func users() async throws {
        let depot = try depot()
        try send(1, to: depot, as: "carrier")
        try send(2, to: depot, as: "stranger")
        try send(3, to: depot, as: nil)
        try await depot.running {
            try await depot.passTime("one is done, two are dead") { depot.done.count == 1 && depot.dead == 2 }
        }
        #expect(depot.calls.numbers == [1])
        #expect(reasons(depot) == ["sender_refused", "sender_refused"])
        #expect(depot.isDone)
    }

    @Test("without a rule anybody is believed")
    func withoutRule() async throws {
        let depot = try depot(nil)
        try send(1, to: depot, as: nil)
        try await depot.running { try await depot.passTime("it is done") { depot.done.count == 1 } }
        #expect(depot.dead == 0)
    }

    @Test(
        "copies to other keys are refused, with a rule and without: CC by its header, BCC by the key",
        arguments: [true, false])
    func copies(hasRule: Bool) async throws {
        let depot = try depot(hasRule ? Self.rule : nil)
        try send(1, to: depot, as: "carrier", headers: ["CC": .array(["other"])])
        try send(2, to: depot, as: "carrier", key: "harmless", headers: ["CC": .array(["crate"])])
        if hasRule { try send(3, to: depot, as: "carrier", key: "harmless", headers: ["BCC": .array(["crate"])]) }
        try await depot.running { try await depot.passTime("they are dead") { depot.dead == (hasRule ? 3 : 2) } }
        #expect(depot.calls.count == 0)
        #expect(Set(reasons(depot)) == ["sender_refused"])
    }

    @Test("on the ladder the first sender counts, not the one who sends the copy")
    func ladder() async throws {
        let depot = try depot()
        depot.isAway.isOn = true
        try send(1, to: depot, as: "carrier")
        try await depot.running {
            try await depot.passTime("it was tried") { depot.calls.count == 1 }
            depot.isAway.isOn = false
            try await depot.passTime("it is done") { depot.done.count == 1 }
        }
        #expect(depot.calls.attempts(of: 1) == [1, 2] && depot.dead == 0)
    }

    @Test("a sender named in a header of the bridge's is believed on the own return path only")
    func forged() async throws {
        let depot = try depot()
        try send(1, to: depot, as: "stranger", headers: ["amqpbridge-user-id": "carrier"])
        try await depot.running { try await depot.passTime("it is dead") { depot.dead == 1 } }
        #expect(depot.calls.count == 0)
    }

    @Test("a replayed letter is judged again, by its first sender")
    func replay() async throws {
        let depot = try depot()
        try send(1, to: depot, as: "stranger")
        try await depot.running {
            try await depot.passTime("it is dead") { depot.dead == 1 }
            let letters = DeadLetters(depot.broker)
            #expect(try await letters.replay("depot").map(\.isDone) == [true])
            try await depot.passTime("it is dead again") { depot.dead == 1 && depot.isDone }
        }
        #expect(depot.calls.count == 0)
    }
}
