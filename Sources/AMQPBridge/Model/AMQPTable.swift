/// A header or argument value: the field types of AMQP 0-9-1 as RabbitMQ speaks them.
public enum AMQPValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Leaves as a signed number, clamped to its range: RabbitMQ has no unsigned 64-bit field.
    case unsigned(UInt64)
    /// Finite: RabbitMQ closes the connection for anything else, so publishing refuses it.
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    case array([AMQPValue])
    case table(AMQPTable)

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var int: Int64? {
        switch self {
        case .int(let value): value
        case .unsigned(let value): Int64(exactly: value)
        default: nil
        }
    }
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// Names and values, as in message headers and queue arguments. Names are at most 128 bytes of UTF-8.
public typealias AMQPTable = [String: AMQPValue]
