import AMQPBridge
import AMQPBridgeTesting

/// What one test does to a service's queues, on whatever broker: made from a seed.
struct BrokerScript: CustomStringConvertible {
    enum Step {
        /// To the topic exchange, one after the other.
        case publish(keys: [RoutingKey])
        /// To the retry queue, and then its time passes.
        case retry(count: Int, diedIn: QueueName?)
        case open(QueueName, prefetch: UInt16)
        /// Of what is in hand at the queue's consumer; `picks` are taken modulo.
        case settle(QueueName, picks: [Int], Settlement)
        case pause(QueueName)
        case resume(QueueName, prefetch: UInt16)
        case close(QueueName)
    }

    /// The retry queue's time to live, and its name.
    static let rung = (name: "400ms", time: Duration.milliseconds(400))

    let type: QueueType
    let topology: Topology
    let exchange: ExchangeName
    let returnExchange: ExchangeName
    let queues: [QueueName]
    let steps: [Step]

    /// - Parameter service: a name that nobody else has.
    init(seed: UInt64, type: QueueType, service: String) throws {
        let exchange = ExchangeName("\(service).events")
        let wanted = ServiceTopology(
            service: service, exchange: exchange,
            listensTo: ["order.*", "order.created", "#.urgent", "stock.#"], queueType: type,
            ladder: try RetryLadder(Self.rung.name))
        var topology = wanted.own
        // Low enough for a short script to get there.
        if type == .quorum { topology.queues[0].arguments["x-delivery-limit"] = 2 }
        let side = Queue(
            QueueName("\(service).side"), type: type,
            arguments: [
                "x-max-length": 4, "x-dead-letter-exchange": .string(wanted.returnExchange.rawValue),
                "x-dead-letter-routing-key": "dead",
            ])
        topology.add(Topology(queues: [side], bindings: [Binding(side.name, to: exchange, key: "order.#")]))
        topology.exchanges.insert(Exchange(exchange, .topic), at: 0)
        self.type = type
        self.topology = topology
        self.exchange = exchange
        returnExchange = wanted.returnExchange
        queues = topology.queues.map(\.name)
        var generator = SeededGenerator(seed: seed)
        let consumed = [wanted.inQueue, wanted.deadQueue, side.name]
        let circles = [nil, nil, wanted.inQueue, topology.queues[1].name]
        steps = (0..<60).map { _ in Self.step(consumed, circles, &generator) }
    }

    /// - Parameter circles: where a copy that is to wait claims to have died before.
    private static func step(
        _ queues: [QueueName], _ circles: [QueueName?], _ generator: inout SeededGenerator
    ) -> Step {
        let queue = queues[[0, 0, 0, 1, 2].randomElement(using: &generator) ?? 0]
        switch Int.random(in: 0..<14, using: &generator) {
        case 0..<2:
            let keys: [RoutingKey] = [
                "order.created", "order.place", "order", "a.urgent", "stock", "stock.a.b", "", "a.",
            ]
            let count = Int.random(in: 1...8, using: &generator)
            return .publish(keys: (0..<count).map { _ in keys.randomElement(using: &generator) ?? "" })
        case 2:
            let diedIn = circles.randomElement(using: &generator) ?? nil
            return .retry(count: Int.random(in: 1...3, using: &generator), diedIn: diedIn)
        case 3..<5: return .open(queue, prefetch: UInt16.random(in: 1...5, using: &generator))
        case 5: return .close(queue)
        case 6: return .pause(queue)
        case 7: return .resume(queue, prefetch: UInt16.random(in: 1...5, using: &generator))
        default:
            let settlements: [Settlement] = [.ack, .ack, .requeue, .requeue, .requeue, .reject(requeue: false)]
            let picks = (0..<3).map { _ in Int.random(in: 0..<60, using: &generator) }
            let count = Int.random(in: 1...3, using: &generator)
            return .settle(
                queue, picks: Array(picks.prefix(count)), settlements.randomElement(using: &generator) ?? .ack)
        }
    }

    var description: String { steps.enumerated().map { "\($0): \($1)" }.joined(separator: "\n") }
}

/// What can be seen of a broker after one step.
struct BrokerObservation: Equatable {
    var outcomes: [String] = []
    /// What came to the consumers, in order.
    var deliveries: [QueueName: [String]] = [:]
    var inHand: [QueueName: Int] = [:]
    var ready: [QueueName: Int] = [:]

    /// True when whatever there is to wait for has come.
    func isSettled(like other: BrokerObservation) -> Bool { inHand == other.inHand && ready == other.ready }
}

extension Delivery {
    /// Everything in which two brokers could differ.
    var traits: String {
        let headers = properties.headers
        var traits = ["\(text) by \(exchange)/\(routingKey)"]
        if isRedelivered { traits.append("redelivered") }
        for name in headers.keys.sorted() where name != "x-death" {
            if let value = headers[name] { traits.append("\(name)=\(value)") }
        }
        guard case .array(let deaths)? = headers["x-death"] else { return traits.joined(separator: " ") }
        for case .table(let death) in deaths {
            let words = death.keys.sorted().filter { $0 != "time" }.map { "\($0)=\(death[$0] ?? .null)" }
            traits.append("died(\(words.joined(separator: ",")))")
            if case .timestamp? = death["time"] { continue }
            traits.append("no time of death")
        }
        return traits.joined(separator: " ")
    }
}
