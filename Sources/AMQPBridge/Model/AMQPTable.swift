/// A header or argument value: the field types of AMQP 0-9-1 as RabbitMQ speaks them.
public enum AMQPValue: Hashable, Sendable {
    /// No value (field type `V`). A received decimal (`D`) arrives as this, too.
    case null
    /// Leaves as AMQP's boolean (field type `t`), not as a number.
    case bool(Bool)
    /// Leaves with 64 bits; numbers of fewer bits arrive as this, too.
    case int(Int64)
    /// Leaves as a signed number, clamped to its range: RabbitMQ has no unsigned 64-bit field.
    case unsigned(UInt64)
    /// Finite: RabbitMQ closes the connection for anything else, so publishing refuses it.
    case double(Double)
    /// UTF-8 (AMQP's long string); what is not UTF-8 arrives with replacement characters.
    case string(String)
    /// Bytes that are no text: RabbitMQ's field type `x`.
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    /// Received ones that are nested deeper than 16 levels arrive empty.
    case array([AMQPValue])
    /// Received ones that are nested deeper than 16 levels arrive empty.
    case table(AMQPTable)

    /// The text of a `string`; nil for anything else, numbers and `bytes` included.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number of an `int`, or of an `unsigned` that fits; nil for anything else.
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

/// Names and values, as in message headers and queue arguments. Names are at most 255 bytes of UTF-8, else `tooLarge`
/// (AMQP 0-9-1, 4.2.5.5, asks for no more than 128 characters).
public typealias AMQPTable = [String: AMQPValue]
