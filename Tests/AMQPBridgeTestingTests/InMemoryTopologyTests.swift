import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A broker in memory refuses what RabbitMQ refuses, in its words", .timeLimit(.minutes(1)))
struct InMemoryTopologyTests {
    /// The sentences are RabbitMQ 3.10.8's; only the vhost is always `/`.
    private static let conflicts: [(held: Queue, wanted: Queue, text: String)] = [
        (
            Queue("q", type: .classic), Queue("q", type: .quorum),
            "inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'quorum' but current is 'classic'"
        ),
        (
            Queue("q", type: .classic, arguments: ["x-message-ttl": 1, "x-max-length": 3]),
            Queue("q", type: .quorum, arguments: ["x-message-ttl": 2, "x-max-length": 4]),
            "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received '2' but current is '1'"
        ),
        (
            Queue("q", type: .classic, arguments: ["x-message-ttl": 1000]), Queue("q", type: .classic),
            "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': "
                + "received none but current is the value '1000' of type 'long'"
        ),
        (
            Queue("q", type: .classic), Queue("q", type: .classic, arguments: ["x-dead-letter-exchange": "e"]),
            "inequivalent arg 'x-dead-letter-exchange' for queue 'q' in vhost '/': "
                + "received the value 'e' of type 'longstr' but current is none"
        ),
    ]

    @Test("other arguments: which, in which queue, and both values", arguments: conflicts.indices)
    func conflict(index: Int) async throws {
        let (held, wanted, text) = Self.conflicts[index]
        let broker = InMemoryBroker()
        try broker.declare(Topology(queues: [held]))
        let connection = try broker.connect(named: "publish")
        let error = await #expect(throws: AMQPError.self) {
            try await connection.declare(Topology(queues: [wanted]))
        }
        #expect(error?.code == .preconditionFailed && error?.replyCode == 406)
        #expect(error?.message == "declaring queue 'q': PRECONDITION_FAILED - \(text)")
        #expect(try await connection.inspect("q")?.ready == 0, "the connection goes on")
    }

    private static let invalid: [(queue: Queue, text: String)] = [
        (
            Queue("q", type: .classic, arguments: ["x-delivery-limit": 3]),
            "invalid arg 'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic_queue"
        ),
        (
            Queue("q", type: .classic, arguments: ["x-dead-letter-strategy": "at-least-once"]),
            "invalid arg 'x-dead-letter-strategy' for queue 'q' in vhost '/' of queue type rabbit_classic_queue"
        ),
        (
            Queue("q", type: .quorum, arguments: ["x-max-priority": 3]),
            "invalid arg 'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue"
        ),
        (
            Queue("q", type: .quorum, arguments: ["x-message-ttl": -1]),
            "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}"
        ),
        (
            Queue("q", type: .quorum, arguments: ["x-message-ttl": "1s"]),
            "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': \"expected integer, got longstr\""
        ),
        (
            Queue("q", type: .quorum, arguments: ["x-overflow": "explode"]),
            "invalid arg 'x-overflow' for queue 'q' in vhost '/': invalid_overflow"
        ),
        (
            Queue("q", type: .classic, arguments: ["x-dead-letter-routing-key": "dead"]),
            "invalid arg 'x-dead-letter-routing-key' for queue 'q' in vhost '/': routing_key_but_no_dlx_defined"
        ),
        (
            Queue("q", type: .quorum, isExclusive: true),
            "invalid property 'exclusive-owner' for queue 'q' in vhost '/'"
        ),
    ]

    @Test("arguments that make no sense, or not for this type of queue", arguments: invalid.indices)
    func invalidArguments(index: Int) async throws {
        let (queue, text) = Self.invalid[index]
        let connection = try InMemoryBroker().connect(named: "publish")
        let error = await #expect(throws: AMQPError.self) {
            try await connection.declare(Topology(queues: [queue]))
        }
        #expect(error?.message == "declaring queue 'q': PRECONDITION_FAILED - \(text)")
        #expect(try await connection.inspect("q") == nil)
    }

    @Test("what is missing is named, and costs the connection only if it consumes", arguments: [true, false])
    func missing(isConsuming: Bool) async throws {
        let broker = InMemoryBroker()
        try broker.queue("here")
        let connection = try broker.connect(named: "consume")
        if isConsuming { _ = try await connection.consume("here", prefetch: 1, isExclusive: false) }
        let binding = Binding("here", to: "gone", key: "#")
        let error = await #expect(throws: AMQPError.self) {
            try await connection.declare(Topology(bindings: [binding]))
        }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("NOT_FOUND - no exchange 'gone' in vhost '/'") == true)
        let code: AMQPError.Code? = await isConsuming ? connection.closed().code : nil
        #expect(code == (isConsuming ? .notFound : nil))
        #expect(broker.connections == (isConsuming ? 0 : 1))
    }

    @Test("the service's topology can be declared any number of times", arguments: [QueueType.classic, .quorum])
    func serviceTopology(type: QueueType) throws {
        let broker = InMemoryBroker()
        let topology = ServiceTopology(
            service: "order", exchange: "events", listensTo: ["order.*"], queueType: type)
        let missing = #expect(throws: AMQPError.self) { try broker.declare(topology.own) }
        #expect(missing?.code == .notFound)
        try broker.declare(topology.shared)
        for _ in 0..<3 { try broker.declare(topology.own) }
        let publishing = Publishing(exchange: "events", routingKey: "order.created", body: [])
        #expect(broker.publish(publishing).isConfirmed)
        #expect(broker.messages(in: "order.in")?.count == 1, "bound once, however often it was declared")
        let other = #expect(throws: AMQPError.self) {
            try broker.declare(Topology(exchanges: [Exchange("events", .direct)]))
        }
        #expect(other?.message.contains("received 'direct' but current is 'topic'") == true)
    }

    @Test("an exclusive queue is its connection's alone, and ends with it or with its consumer")
    func exclusiveQueue() async throws {
        let broker = InMemoryBroker()
        let own = Topology(queues: [Queue("own", type: .classic, isExclusive: true)])
        let (owner, other) = (try broker.connect(named: "consume"), try broker.connect(named: "consume"))
        try await owner.declare(own)
        try await owner.declare(own)
        for _ in 0..<2 {
            let error = await #expect(throws: AMQPError.self) { try await other.declare(own) }
            #expect(error?.code == .resourceLocked && error?.replyCode == 405)
        }
        await owner.close()
        #expect(broker.messages(in: "own") == nil)
        try await other.declare(own)
        _ = try await other.consume("own", prefetch: 1, isExclusive: false)
        try await other.pauseConsumer()
        #expect(broker.messages(in: "own") == nil)
    }
}
