import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A replayed event goes to its service, confirmed before the letter is removed", .timeLimit(.minutes(3)))
struct DeadLetterReplayTests {
    @Test("all of them, once, with body and properties, and to nobody else", arguments: [QueueType.classic, .quorum])
    func all(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await DeadLetterFixture.with(type, on: depot.broker) { other in
                // Another service, and a listener to everything that ever passes the topic exchange.
                try await depot.connection.bind(
                    Binding(other.topology.inQueue, to: depot.topology.exchange, key: "#"))
                let ids = (1...700).map(String.init)
                try await depot.put(ids, headers: ["colour": "red"])
                let results = try await depot.letters.replay(depot.service)
                #expect(results.map(\.id) == ids && results.allSatisfy(\.isDone))
                try await depot.waitUntil(depot.topology.deadQueue, holds: 0)
                let arrived = try await depot.takeArrived()
                #expect(arrived.ids == ids)
                let first = try #require(arrived.first)
                #expect(first.exchange == depot.topology.returnExchange && first.routingKey == "in")
                #expect(first.body == [1, 2, 3] && first.properties.type == "test.parcel.sent.v1")
                var headers = first.properties.headers
                #expect(headers.removeValue(forKey: "amqpbridge-first-failed") != nil)
                #expect(
                    headers == [
                        "colour": "red", "amqpbridge-exchange": .string(depot.topology.exchange.rawValue),
                        "amqpbridge-routing-key": "parcel.sent", "amqpbridge-replays": 1,
                    ])
                #expect(try await other.ready(other.topology.inQueue) == 0)
            }
        }
    }

    @Test("only what is asked for, however far behind in the queue", arguments: [QueueType.classic, .quorum])
    func selected(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put((1...1500).map(String.init))
            try await depot.put(["wanted"], type: "test.wanted.v1")
            try await depot.put(["behind"])
            let results = try await depot.letters.replay(
                depot.service, where: DeadLetterSelection(type: "test.wanted.v1"))
            #expect(results.map(\.id) == ["wanted"])
            try await depot.waitUntil(depot.topology.deadQueue, holds: 1501)
            #expect(try await depot.takeArrived().ids == ["wanted"])
            let left = try await depot.letters.list(depot.service).map { $0.eventID ?? "none" }
            #expect(left == (1...1500).map(String.init) + ["behind"], "the order stays")
        }
    }

    @Test("many that must stay do not hide those behind them", arguments: [QueueType.classic, .quorum])
    func behindMany(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            // More than are on their way at first, and more than the next step lets in.
            let old = RFC3339Time(milliseconds: RFC3339Time.now.milliseconds - 31 * 86_400_000)
            try await depot.put((1...1500).map(String.init), failed: old)
            try await depot.put(["young"])
            let results = try await depot.letters.replay(depot.service)
            #expect(results.count == 1501 && results.last?.id == "young")
            #expect(results.filter(\.isDone).map(\.id) == ["young"])
            try await depot.waitUntil(depot.topology.deadQueue, holds: 1500)
            #expect(try await depot.takeArrived().ids == ["young"])
            #expect(Set(try await depot.takeAll(depot.topology.deadQueue).ids).count == 1500)
        }
    }

    @Test(
        "a full queue refuses: what was confirmed has arrived, the rest are letters",
        arguments: [QueueType.classic, .quorum])
    func refused(type: QueueType) async throws {
        try await BrokerControl.withVirtualHost { vhost, broker in
            try await DeadLetterFixture.with(type, on: broker) { depot in
                try await BrokerControl.ctl(
                    "set_policy", "-p", vhost, "full", "^\(depot.topology.inQueue)$", #"{"max-length": 5}"#,
                    "--apply-to", "queues")
                try await eventually("the policy works") {
                    let outcome = await depot.connection.publish(contentsOf: [depot.event("filler")])[0]
                    return outcome.error(for: depot.event("filler"))?.code == .nacked
                }
                let ids = Set((1...100).map(String.init))
                try await depot.put(ids)
                let results = try await depot.letters.replay(depot.service)
                let left = results.filter { !$0.isDone }
                #expect(results.count == 100 && !left.isEmpty)
                #expect(left.allSatisfy { $0.failure?.code == .nacked })
                try await depot.waitUntil(depot.topology.deadQueue, holds: left.count)
                #expect(Set(try await depot.letters.list(depot.service).map(\.eventID)) == Set(left.map(\.id)))
                var arrived = try await depot.takeArrived().ids
                #expect(Set(arrived).subtracting(["filler"]) == ids.subtracting(left.map(\.id)))

                try await BrokerControl.ctl("clear_policy", "-p", vhost, "full")
                try await eventually("there is room again") {
                    try await depot.letters.replay(depot.service).allSatisfy(\.isDone)
                }
                arrived += try await depot.takeArrived().ids
                arrived.removeAll { $0 == "filler" }
                #expect(arrived.count == 100 && Set(arrived) == ids, "each once")
            }
        }
    }

    @Test("nobody listens: every letter stays", arguments: [QueueType.classic, .quorum])
    func unroutable(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put(["e-1", "e-2"])
            try await depot.connection.unbind(
                Binding(depot.topology.inQueue, to: depot.topology.returnExchange, key: "in"))
            let results = try await depot.letters.replay(depot.service)
            #expect(results.map { $0.failure?.code } == [.unroutable, .unroutable])
            try await depot.waitUntil(depot.topology.deadQueue, holds: 2)
        }
    }

    @Test("what is too old or was too large to be read stays, and says so", arguments: [QueueType.classic, .quorum])
    func hopeless(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            let now = RFC3339Time.now.milliseconds
            try await depot.put(["old"], failed: RFC3339Time(milliseconds: now - 31 * 86_400_000))
            try await depot.put(["young"], failed: RFC3339Time(milliseconds: now - 29 * 86_400_000))
            try await depot.put(["large"], body: [UInt8](repeating: 7, count: 101))
            let results = try await depot.letters { $0.maxBodySize = 100 }.replay(depot.service)
            #expect(results.map(\.id) == ["old", "young", "large"])
            #expect(results.map { $0.failure?.code } == [.tooOld, nil, .tooLarge])
            try await depot.waitUntil(depot.topology.deadQueue, holds: 2)
            #expect(try await depot.takeArrived().ids == ["young"])
        }
    }

    @Test("two at the same time: each letter once", arguments: [QueueType.classic, .quorum])
    func two(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            let ids = Set((1...600).map(String.init))
            for _ in 1...5 {
                try await depot.put(ids)
                async let one = depot.letters.replay(depot.service)
                async let other = depot.letters.replay(depot.service)
                let results = try await one + other
                #expect(results.count == 600 && results.allSatisfy(\.isDone))
                let arrived = try await depot.takeArrived().ids
                #expect(arrived.count == 600 && Set(arrived) == ids)
            }
        }
    }

    @Test("one that failed again meanwhile is not replayed a second time", arguments: [QueueType.classic, .quorum])
    func failsAgain(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put((1...400).map(String.init))
            var results: [DeadLetterResult] = []
            try await depot.letters.replay(depot.service) { batch in
                results += batch
                try await depot.put(batch.map(\.id))
            }
            #expect(results.count == 400)
            try await depot.waitUntil(depot.topology.deadQueue, holds: 400)
        }
    }

    @Test(
        "no word of the broker: it ends in time with an error, and no event is lost",
        arguments: [QueueType.classic, .quorum])
    func silence(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            let ids = Set((1...2000).map(String.init))
            try await depot.put(ids)
            let proxy = try FaultProxy(before: depot.broker.configuration)
            var configuration = proxy.configuration
            configuration.options.publishTimeout = .seconds(1)
            configuration.options.callTimeout = .seconds(1)
            var results: [DeadLetterResult] = []
            let start = ContinuousClock.now
            let error = await #expect(throws: AMQPError.self) {
                try await DeadLetters(configuration).replay(depot.service) { batch in
                    results += batch
                    proxy.strike(.stall, .toClient)
                }
            }
            #expect(ContinuousClock.now - start < .seconds(20))
            proxy.stop()
            let done = results.filter(\.isDone)
            #expect(!done.isEmpty && done.count < 2000)
            #expect(error?.message.isEmpty == false)
            try await eventually("nobody holds the letters") {
                try await depot.connection.inspect(depot.topology.deadQueue)?.consumers == 0
            }
            let arrived = try await depot.takeArrived().ids
            let letters = try await depot.letters.list(depot.service).map { $0.eventID ?? "none" }
            #expect(Set(arrived).union(letters) == ids)
            #expect(Set(arrived).isSuperset(of: done.map(\.id)))
        }
    }
}
