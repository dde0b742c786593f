/// The name of a queue: at most 255 bytes of UTF-8. Names that begin with `amq.` are the broker's own (AMQP 0-9-1,
/// 1.7.2.1).
public struct QueueName: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Takes any text; one that is too long fails as `tooLarge` where it is used.
    public init(_ name: String) { self.rawValue = name }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }
}

/// The name of an exchange: at most 255 bytes of UTF-8. Names that begin with `amq.` are the broker's own. The empty
/// one is the default exchange, which sends a message to the queue that its routing key names (AMQP 0-9-1, 3.1.3.1).
public struct ExchangeName: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Takes any text; one that is too long fails as `tooLarge` where it is used.
    public init(_ name: String) { self.rawValue = name }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }
}

/// Words separated by dots; at most 255 bytes of UTF-8. In a binding to a topic exchange `*` stands for one word and
/// `#` for any number of them.
public struct RoutingKey: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Takes any text; one that is too long fails as `tooLarge` where it is used.
    public init(_ key: String) { self.rawValue = key }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }
}

/// Names one delivery on one connection.
///
/// The broker counts tags from 1 on every new channel, so a bare number means another message after a reconnection.
/// The epoch tells them apart: settling a tag of an earlier epoch does nothing (AMQP 0-9-1, 1.8.3.13; the message was
/// requeued when its channel ended).
public struct DeliveryTag: Hashable, Sendable {
    /// Which channel it came on: a number that no other of this process has, whatever its connection.
    public let epoch: UInt64
    /// The broker's number on that channel, from 1.
    public let value: UInt64

    /// For tests. Settling a tag that no delivery has does nothing.
    public init(epoch: UInt64, value: UInt64) {
        self.epoch = epoch
        self.value = value
    }
}
