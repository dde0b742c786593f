/// Everything a declaration can say of an exchange or queue (AMQP 0-9-1, 1.6.2.1 and 1.7.2.1): more than this library
/// ever wants, because others may have declared what stands there.
struct Declaration: Equatable {
    let kind: TopologyChange.Kind
    let name: String
    /// `topic` and the like; an exchange's only.
    private(set) var type: String?
    private(set) var isDurable: Bool
    private(set) var isAutoDeleted: Bool
    /// A queue's only.
    private(set) var isExclusive = false
    /// An exchange's only.
    private(set) var isInternal = false
    private(set) var arguments: AMQPTable

    init(_ exchange: Exchange) {
        kind = .exchange
        name = exchange.name.rawValue
        type = exchange.kind.rawValue
        isDurable = true
        isAutoDeleted = false
        arguments = [:]
    }

    init(_ queue: Queue) {
        kind = .queue
        name = queue.name.rawValue
        isDurable = !queue.isExclusive
        isAutoDeleted = queue.isExclusive
        isExclusive = queue.isExclusive
        arguments = queue.arguments
    }

    /// By the names that RabbitMQ's refusals use.
    subscript(argument: String) -> AMQPValue? {
        switch argument {
        case "type" where kind == .exchange: type.map { .string($0) }
        case "durable": .bool(isDurable)
        case "auto_delete": .bool(isAutoDeleted)
        case "exclusive" where kind == .queue: .bool(isExclusive)
        case "internal" where kind == .exchange: .bool(isInternal)
        default: arguments[argument]
        }
    }

    /// - Parameter value: nil takes the argument away.
    /// - Returns: false when it cannot have this value.
    mutating func set(_ argument: String, _ value: AMQPValue?) -> Bool {
        switch (argument, value) {
        case ("type", .string(let text)?) where kind == .exchange: type = text
        case ("durable", .bool(let flag)?): isDurable = flag
        case ("auto_delete", .bool(let flag)?): isAutoDeleted = flag
        case ("exclusive", .bool(let flag)?) where kind == .queue: isExclusive = flag
        case ("internal", .bool(let flag)?) where kind == .exchange: isInternal = flag
        case ("type", _), ("durable", _), ("auto_delete", _), ("exclusive", _), ("internal", _): return false
        default: arguments[argument] = value
        }
        return true
    }
}
