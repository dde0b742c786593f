/// What a 406 says about a declaration: which argument, what was wanted, what stands.
///
/// RabbitMQ 3.10 writes: inequivalent arg 'x-queue-type' for queue 'order.in' in vhost 'shop': received 'classic' but
/// current is 'quorum'. With a value on one side only it tells its type: received none but current is the value '60000'
/// of type 'long'.
struct ArgumentConflict: Equatable {
    enum Value: Equatable {
        case none
        /// The type only when the broker told it.
        case text(String, type: String? = nil)
        /// A reply text ends at 255 bytes, here inside the value.
        case cut(String)
    }

    var argument: String
    var wanted: Value
    var found: Value

    /// Nil for any other reply.
    init?(_ reply: BrokerReply) {
        let text = reply.text
        guard reply.code == 406, let start = text.firstRange(of: "inequivalent arg '"),
            let end = text[start.upperBound...].firstRange(of: "' for "),
            let received = text.firstRange(of: ": received "),
            let current = text[received.upperBound...].firstRange(of: " but current is ")
        else { return nil }
        argument = String(text[start.upperBound..<end.lowerBound])
        wanted = Value(text[received.upperBound..<current.lowerBound])
        found = Value(text[current.upperBound...])
    }

    /// For people.
    var difference: TopologyDifference {
        guard wanted.plain == found.plain else {
            return TopologyDifference(argument: argument, wanted: wanted.plain, found: found.plain)
        }
        return TopologyDifference(argument: argument, wanted: wanted.plain, found: found.plain + " of another type")
    }
}

extension ArgumentConflict.Value {
    fileprivate init(_ text: Substring) {
        if text.first == "'" {
            let value = text.dropFirst()
            self = value.last == "'" ? .text(String(value.dropLast())) : .cut(String(value))
        } else if text.hasPrefix("the value '") {
            let rest = text.dropFirst("the value '".count)
            guard let end = rest.ranges(of: "' of type '").last else {
                self = .cut(String(rest))
                return
            }
            let type = rest[end.upperBound...]
            self =
                type.last == "'"
                ? .text(String(rest[..<end.lowerBound]), type: String(type.dropLast()))
                : .cut(String(rest[..<end.lowerBound]))
        } else {
            self = text == "none" ? .none : .cut(String(text))
        }
    }

    /// Without RabbitMQ's quotes and type.
    var plain: String {
        switch self {
        case .none: "none"
        case .text(let text, _), .cut(let text): text
        }
    }

    /// What the value may be, the likeliest first; nil stands for "not there". Empty when there is no way to know.
    ///
    /// - Parameter other: the value on the other side, whose type it probably shares.
    func readings(like other: AMQPValue?) -> [AMQPValue?] {
        switch self {
        case .none: return [nil]
        case .cut: return []
        case .text(let text, let type):
            let readings = [Int64(text).map { AMQPValue.int($0) }, .string(text), Bool(text).map { .bool($0) }]
                .compactMap { $0 }
            guard let type else {
                return readings.filter { $0.kind == other?.kind } + readings.filter { $0.kind != other?.kind }
            }
            return readings.filter { $0.kind == Self.kind(ofType: type) }
        }
    }

    /// RabbitMQ's names for the field types (rabbit_framing, amqp_field_type).
    private static func kind(ofType name: String) -> AMQPValue.Kind? {
        switch name {
        case "longstr": .string
        case "bool": .bool
        case "signedint", "unsignedint", "long", "short", "unsignedshort", "byte", "unsignedbyte", "timestamp": .int
        default: nil
        }
    }
}

extension AMQPValue {
    fileprivate enum Kind {
        case int, string, bool, other
    }

    fileprivate var kind: Kind {
        switch self {
        case .int, .unsigned: .int
        case .string: .string
        case .bool: .bool
        default: .other
        }
    }
}
