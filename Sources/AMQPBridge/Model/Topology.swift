/// Exchanges, queues and bindings as a value: compared, printed and declared in one go.
public struct Topology: Hashable, Sendable {
    public var exchanges: [Exchange]
    public var queues: [Queue]
    public var bindings: [Binding]

    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }

    public mutating func add(_ other: Topology) {
        exchanges += other.exchanges.filter { !exchanges.contains($0) }
        queues += other.queues.filter { !queues.contains($0) }
        bindings += other.bindings.filter { !bindings.contains($0) }
    }
}

/// A durable exchange.
public struct Exchange: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case topic, direct
    }

    public var name: ExchangeName
    public var kind: Kind

    public init(_ name: ExchangeName, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// How RabbitMQ keeps a queue.
public enum QueueType: String, Hashable, Sendable {
    /// Replicated and always durable; needs RabbitMQ 3.8, at-least-once dead-lettering 3.10.
    case quorum
    case classic
}

/// A durable queue and the arguments it must have.
public struct Queue: Hashable, Sendable {
    public var name: QueueName
    public var arguments: AMQPTable
    /// Lives on this connection only and is deleted with it.
    public var isExclusive: Bool

    public init(_ name: QueueName, type: QueueType, arguments: AMQPTable = [:], isExclusive: Bool = false) {
        self.name = name
        // The default type differs between brokers and vhosts, and a mismatch is a 406: always say it.
        self.arguments = arguments.merging(["x-queue-type": .string(type.rawValue)]) { $1 }
        self.isExclusive = isExclusive
    }
}

/// A queue's wish to get what an exchange receives under a key.
public struct Binding: Hashable, Sendable {
    public var queue: QueueName
    public var exchange: ExchangeName
    public var routingKey: RoutingKey

    public init(_ queue: QueueName, to exchange: ExchangeName, key: RoutingKey) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = key
    }
}

/// What the broker says about a queue when asked.
public struct QueueStatus: Hashable, Sendable {
    public var name: QueueName
    /// Messages ready for delivery; those handed out and not settled are not counted.
    public var ready: Int
    public var consumers: Int

    public init(name: QueueName, ready: Int, consumers: Int) {
        self.name = name
        self.ready = ready
        self.consumers = consumers
    }
}

/// One argument in which an exchange or queue on the broker differs from what was wanted.
public struct TopologyDifference: Hashable, Sendable, CustomStringConvertible {
    public var argument: String
    public var wanted: String
    public var found: String

    public init(argument: String, wanted: String, found: String) {
        self.argument = argument
        self.wanted = wanted
        self.found = found
    }

    public var description: String { "\(argument): wanted \(wanted), found \(found)" }
}
