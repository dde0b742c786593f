/// Exchanges, queues and bindings as a value: compared, printed and declared in one go.
public struct Topology: Hashable, Sendable {
    /// Declared first.
    public var exchanges: [Exchange]
    /// Declared after the exchanges.
    public var queues: [Queue]
    /// Declared last. Their queues and exchanges need not be part of this topology, but must be there.
    public var bindings: [Binding]

    /// Nothing is checked before it is declared.
    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }

    /// Adds what is not there yet. Parts of one name that differ are both kept; declaring the second fails then.
    public mutating func add(_ other: Topology) {
        exchanges += other.exchanges.filter { !exchanges.contains($0) }
        queues += other.queues.filter { !queues.contains($0) }
        bindings += other.bindings.filter { !bindings.contains($0) }
    }
}

/// A durable exchange.
public struct Exchange: Hashable, Sendable {
    /// How an exchange chooses among its bindings; the names are AMQP's.
    public enum Kind: String, Hashable, Sendable {
        /// By the words of the key, with `*` and `#` (AMQP 0-9-1, 3.1.3.3), or by the very same key (3.1.3.1).
        case topic, direct
    }

    /// An exchange that the broker brings along (`amq.topic`) can be declared only as it stands.
    public var name: ExchangeName
    /// Fixed once it is declared: declaring it as another fails as `preconditionFailed`.
    public var kind: Kind

    /// Durable, never deleted by itself, without arguments.
    public init(_ name: ExchangeName, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// How RabbitMQ keeps a queue.
public enum QueueType: String, Hashable, Sendable {
    /// Replicated and always durable; needs RabbitMQ 3.8, at-least-once dead-lettering 3.10.
    case quorum
    /// On one node; without a delivery limit and without at-least-once dead-lettering.
    case classic
}

/// A durable queue and the arguments it must have.
public struct Queue: Hashable, Sendable {
    /// Empty: the broker chooses one, and ``QueueStatus/name`` tells it.
    public var name: QueueName
    /// `x-queue-type` is always among them. Fixed once the queue is declared: others fail as `preconditionFailed`.
    public var arguments: AMQPTable
    /// For the connection that declares it only, and deleted with it or when nobody consumes any more; not durable.
    /// A classic queue's only.
    public var isExclusive: Bool

    /// - Parameters:
    ///   - type: becomes the argument `x-queue-type`, in place of one in `arguments`.
    ///   - arguments: the others, for example `x-message-ttl` (milliseconds).
    public init(_ name: QueueName, type: QueueType, arguments: AMQPTable = [:], isExclusive: Bool = false) {
        self.name = name
        // The default type differs between brokers and vhosts, and a mismatch is a 406: always say it.
        self.arguments = arguments.merging(["x-queue-type": .string(type.rawValue)]) { $1 }
        self.isExclusive = isExclusive
    }
}

/// A queue's wish to get what an exchange receives under a key.
public struct Binding: Hashable, Sendable {
    /// Where the messages go; it must be there.
    public var queue: QueueName
    /// Where they come from; it must be there. The default exchange takes no bindings (403).
    public var exchange: ExchangeName
    /// With `*` and `#` at a topic exchange; elsewhere as it stands.
    public var routingKey: RoutingKey

    /// One that is there already may be bound again: nothing changes.
    public init(_ queue: QueueName, to exchange: ExchangeName, key: RoutingKey) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = key
    }
}

/// What the broker says about a queue when asked. For a quorum queue that is too busy to tell within 250 ms RabbitMQ
/// 3.10 says: nothing ready, no consumers.
public struct QueueStatus: Hashable, Sendable {
    /// The one that was asked for, or the broker's choice if that was empty.
    public var name: QueueName
    /// Messages ready for delivery; those handed out and not settled are not counted.
    public var ready: Int
    /// Of all connections together. One that pauses is not among them.
    public var consumers: Int

    /// As a broker would answer, for tests.
    public init(name: QueueName, ready: Int, consumers: Int) {
        self.name = name
        self.ready = ready
        self.consumers = consumers
    }
}

/// One argument in which an exchange or queue on the broker differs from what was wanted.
public struct TopologyDifference: Hashable, Sendable, CustomStringConvertible {
    /// As the broker names it: `x-message-ttl`, `durable`, an exchange's `type`. `unknown` when its words were not
    /// understood.
    public var argument: String
    /// The value as text; `none` when the argument is not wanted at all.
    public var wanted: String
    /// The value as text; `none` when it is not there. Cut where the broker's reply ends, at 255 bytes; with an
    /// `unknown` argument the whole reply.
    public var found: String

    /// As ``AMQPConnection/plan(_:)`` would report it, for tests.
    public init(argument: String, wanted: String, found: String) {
        self.argument = argument
        self.wanted = wanted
        self.found = found
    }

    public var description: String { "\(argument): wanted \(wanted), found \(found)" }
}
