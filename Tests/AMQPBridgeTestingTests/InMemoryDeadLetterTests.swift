import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Dead letters go where RabbitMQ sends them, with its headers", .timeLimit(.minutes(1)))
struct InMemoryDeadLetterTests {
    /// `waiting` for ten seconds, then `done`.
    private static func retrying(_ type: QueueType, strategy: String? = nil, to key: String = "done") throws
        -> InMemoryBroker
    {
        let broker = InMemoryBroker()
        var arguments: AMQPTable = [
            "x-message-ttl": 10_000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": .string(key),
            "x-overflow": "reject-publish",
        ]
        arguments["x-dead-letter-strategy"] = strategy.map { .string($0) }
        try broker.queue("waiting", type, arguments)
        try broker.queue("done", type)
        return broker
    }

    @Test("time runs out at the head only, in order", arguments: [QueueType.classic, .quorum])
    func headOnly(type: QueueType) async throws {
        let broker = try Self.retrying(type)
        broker.fill("waiting", ["first"])
        broker.advance(by: .seconds(6))
        broker.fill("waiting", ["second"])
        let (connection, consumer) = try await broker.consume("waiting", prefetch: 1)
        #expect(try await consumer.takeAll().map(\.text) == ["first"])
        broker.advance(by: .seconds(10))
        #expect(broker.texts(in: "done") == ["second"], "in hand nothing expires")
        broker.fill("waiting", ["third"])
        broker.advance(by: .milliseconds(9999))
        #expect(broker.texts(in: "waiting") == ["third"])
        await connection.close()
        #expect(broker.texts(in: "done") == ["second", "first"], "it came back after its time")
        broker.advance(by: .milliseconds(1))
        #expect(broker.texts(in: "done") == ["second", "first", "third"])
        #expect(broker.texts(in: "waiting") == [])
    }

    @Test("the story is in x-death and x-first-death, the newest first")
    func headers() throws {
        let broker = InMemoryBroker()
        try broker.declare(Topology(exchanges: [Exchange("events", .topic)]))
        let toSecond: AMQPTable = [
            "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "second", "x-message-ttl": 1000,
        ]
        try broker.queue("first", .quorum, toSecond)
        try broker.queue(
            "second", .classic,
            ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "last", "x-message-ttl": 2000])
        try broker.queue("last")
        try broker.declare(Topology(bindings: [Binding("first", to: "events", key: "#")]))
        var publishing = Publishing(exchange: "events", routingKey: "order.created", body: [1])
        publishing.properties.headers = ["mine": 7]
        publishing.properties.expiration = "60000"
        #expect(broker.publish(publishing).isConfirmed)
        broker.advance(by: .seconds(3))
        let letter = try #require(broker.messages(in: "last")?.first)
        #expect(letter.exchange == "" && letter.routingKey == "last" && letter.properties.expiration == nil)
        let time: UInt64 = 1_767_225_600
        #expect(
            letter.properties.headers == [
                "mine": 7, "x-first-death-exchange": "events", "x-first-death-queue": "first",
                "x-first-death-reason": "expired",
                "x-death": .array([
                    .table([
                        "count": 1, "reason": "expired", "queue": "second", "exchange": "",
                        "routing-keys": .array(["second"]), "time": .timestamp(time + 3),
                    ]),
                    .table([
                        "count": 1, "reason": "expired", "queue": "first", "exchange": "events",
                        "routing-keys": .array(["order.created"]), "time": .timestamp(time + 1),
                        "original-expiration": "60000",
                    ]),
                ]),
            ])
    }

    private static func died(in queue: String, _ reason: String) -> AMQPTable {
        ["x-death": .array([.table(["queue": .string(queue), "reason": .string(reason), "count": 1])])]
    }

    @Test(
        "a copy that claims to have died where it is going vanishes; not so if it was rejected",
        arguments: [QueueType.classic, .quorum])
    func circles(type: QueueType) throws {
        let broker = try Self.retrying(type)
        for (text, headers) in [
            ("expired", Self.died(in: "done", "expired")), ("limit", Self.died(in: "done", "delivery_limit")),
            ("rejected", Self.died(in: "done", "rejected")), ("elsewhere", Self.died(in: "other", "expired")),
        ] {
            var publishing = Publishing(to: "waiting", text)
            publishing.properties.headers = headers
            broker.publish(publishing)
        }
        broker.advance(by: .seconds(10))
        #expect(broker.texts(in: "done") == ["rejected", "elsewhere"])
        #expect(broker.texts(in: "waiting") == [])
        broker.advance(by: .seconds(3600))
        #expect(broker.texts(in: "done")?.count == 2)
    }

    @Test("with at-least-once a letter without a target is kept and tried again every three minutes")
    func atLeastOnce() throws {
        let broker = try Self.retrying(.quorum, strategy: "at-least-once", to: "later")
        broker.fill("waiting", ["patient"])
        broker.advance(by: .seconds(10))
        try broker.queue("later", .quorum)
        broker.advance(by: .seconds(179))
        #expect(broker.texts(in: "later") == [])
        broker.advance(by: .seconds(1))
        #expect(broker.texts(in: "later") == ["patient"])
    }

    @Test("without it, such a letter is lost", arguments: [QueueType.classic, .quorum])
    func atMostOnce(type: QueueType) throws {
        let broker = try Self.retrying(type, to: "later")
        broker.fill("waiting", ["unlucky"])
        broker.advance(by: .seconds(10))
        try broker.queue("later")
        broker.advance(by: .seconds(3600))
        #expect(broker.texts(in: "later") == [])
    }

    @Test("parked by the delivery limit after one delivery more than that, also when connections were lost")
    func deliveryLimit() async throws {
        let broker = InMemoryBroker()
        let arguments: AMQPTable = [
            "x-delivery-limit": 2, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead",
        ]
        try broker.queue("in", .quorum, arguments, holding: ["poison"])
        try broker.queue("dead")
        var counts: [Int64?] = []
        while broker.texts(in: "in") == ["poison"], counts.count < 10 {
            let (connection, consumer) = try await broker.consume("in")
            counts += try await consumer.takeAll().map { $0.properties.headers["x-delivery-count"]?.int }
            broker.closeConnections()
            #expect(await connection.closed().code == .connectionLost)
        }
        #expect(counts == [nil, 1, 2])
        let letter = try #require(broker.messages(in: "dead")?.first)
        #expect(letter.properties.headers["x-first-death-reason"] == "delivery_limit")
        #expect(letter.properties.headers["x-delivery-count"] == nil)
    }

    @Test("rejected: dead with that reason; without a dead-letter exchange it is gone")
    func rejected() async throws {
        let broker = InMemoryBroker()
        try broker.queue(
            "in", .classic, ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"], holding: ["a", "b"])
        try broker.queue("dead")
        let (connection, consumer) = try await broker.consume("in")
        consumer.settle(try await consumer.takeAll().map(\.tag), .reject(requeue: false))
        #expect(broker.texts(in: "dead") == ["a", "b"])
        await connection.close()
        let (other, dead) = try await broker.consume("dead")
        let letters = try await dead.takeAll()
        #expect(letters.allSatisfy { $0.properties.headers["x-first-death-reason"] == "rejected" })
        dead.settle(letters.map(\.tag), .reject(requeue: false))
        #expect(broker.texts(in: "dead") == [] && broker.unsettled(in: "dead") == 0)
        await other.close()
    }
}
