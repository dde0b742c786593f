import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A broker in memory takes publishings as RabbitMQ does, or not", .timeLimit(.minutes(1)))
struct InMemoryPublishTests {
    @Test("confirmed, unroutable, and nobody minds when it is not mandatory")
    func outcomes() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let connection = try broker.connect(named: "publish")
        var optional = Publishing(to: "nowhere", "c")
        optional.isMandatory = false
        let outcomes = await connection.publish([Publishing(to: "in", "a"), Publishing(to: "nowhere", "b"), optional])
        #expect(outcomes.map(\.word) == ["confirmed", "unroutable", "confirmed"])
        #expect(await connection.publish([]).isEmpty)
    }

    @Test("a full classic queue nacks at its limit, a quorum queue behind it and until a fifth is free")
    func full() async throws {
        let arguments: AMQPTable = ["x-max-length": 5, "x-overflow": "reject-publish", "x-delivery-limit": 20]
        let broker = InMemoryBroker()
        try broker.queue("classic", .classic, arguments.filter { $0.key != "x-delivery-limit" })
        try broker.queue("quorum", .quorum, arguments)
        for (queue, accepted) in [(QueueName("classic"), 5), ("quorum", 6)] {
            let outcomes = (0..<8).map { broker.publish(Publishing(to: queue, "\($0)")).word }
            #expect(outcomes.filter { $0 == "confirmed" }.count == accepted)
            #expect(outcomes.suffix(2) == ["nacked", "nacked"])
        }
        let (connection, consumer) = try await broker.consume("quorum", prefetch: 1)
        #expect(broker.publish(Publishing(to: "quorum", "no")).word == "nacked")
        consumer.settle(try await consumer.takeAll().map(\.tag), .ack)
        #expect(broker.publish(Publishing(to: "quorum", "yes")).word == "confirmed")
        await connection.close()
    }

    @Test("one full queue of two: nacked, and stored in the other")
    func halfFull() throws {
        let broker = InMemoryBroker()
        try broker.queue("full", .classic, ["x-max-length": 0, "x-overflow": "reject-publish"])
        try broker.queue("free")
        try broker.declare(
            Topology(
                exchanges: [Exchange("events", .topic)],
                bindings: [Binding("full", to: "events", key: "#"), Binding("free", to: "events", key: "a.*")]))
        #expect(broker.publish(Publishing(exchange: "events", routingKey: "a.b", body: [])).word == "nacked")
        #expect(broker.messages(in: "free")?.count == 1)
    }

    @Test("copies that a sender asks for: by CC everybody sees it, by BCC nobody")
    func copies() throws {
        let broker = InMemoryBroker()
        for queue: QueueName in ["to", "cc", "bcc"] { try broker.queue(queue) }
        var publishing = Publishing(to: "to", "x")
        publishing.properties.headers = ["CC": .array(["cc", "to"]), "BCC": .array(["bcc"])]
        broker.publish(publishing)
        for queue: QueueName in ["to", "cc", "bcc"] {
            #expect(broker.messages(in: queue)?.map { $0.properties.headers.keys.sorted() } == [["CC"]])
        }
    }

    @Test("an exchange that does not exist costs the connection; what came before it is confirmed")
    func noExchange() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let connection = try broker.connect(named: "publish")
        let lost = Publishing(exchange: "gone", routingKey: "k", body: [])
        let outcomes = await connection.publish([Publishing(to: "in", "a"), lost, Publishing(to: "in", "b")])
        #expect(outcomes.map(\.word) == ["confirmed", "not_found", "not_found"])
        #expect(await connection.closed().code == .notFound)
        #expect(await connection.publish([Publishing(to: "in", "c")]).map(\.word) == ["not_found"])
        #expect(broker.texts(in: "in") == ["a"])
    }

    @Test("too large: never sent, and the connection goes on")
    func tooLarge() async throws {
        let broker = InMemoryBroker()
        try broker.queue("in")
        let connection = try broker.connect(named: "publish")
        var body = Publishing(to: "in", "")
        body.body = [UInt8](repeating: 0, count: 1 << 20 + 1)
        var headers = Publishing(to: "in", "")
        headers.properties.headers = ["long": .string(String(repeating: "x", count: connection.frameMax))]
        let outcomes = await connection.publish([body, headers, Publishing(to: "in", "small")])
        #expect(outcomes.map(\.word) == ["too_large", "too_large", "confirmed"])
        #expect(broker.publish(body).word == "too_large")
    }
}
