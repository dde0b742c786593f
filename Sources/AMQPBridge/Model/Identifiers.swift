/// The name of a queue.
public struct QueueName: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ name: String) { self.rawValue = name }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }
}

/// The name of an exchange.
public struct ExchangeName: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ name: String) { self.rawValue = name }
    public init(stringLiteral value: String) { self.rawValue = value }
    public var description: String { rawValue }
}

/// Words separated by dots; at most 255 bytes of UTF-8. In a binding to a topic exchange `*` stands for one word and
/// `#` for any number of them.
public struct RoutingKey: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
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
    public let epoch: UInt64
    public let value: UInt64

    public init(epoch: UInt64, value: UInt64) {
        self.epoch = epoch
        self.value = value
    }
}
