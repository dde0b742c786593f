import AMQPBridge
import Testing

/// One way to misbehave: when, what, and what must come of it.
struct Hostility: Sendable, CustomTestStringConvertible {
    enum Manner: Sendable {
        /// In place of the answer, then on as if nothing had happened.
        case instead
        /// After the right answer.
        case afterwards
        /// In place of the answer, and then hang up.
        case last
        /// In place of the answer, again and again.
        case endlessly
    }

    var name: String
    var moment: ScriptedServer.Moment
    var manner: Manner
    var bytes: [UInt8]
    /// The first error must be one of these. Empty: a client does not need to mind.
    var codes: Set<AMQPError.Code>

    init(
        _ name: String, at moment: ScriptedServer.Moment, _ manner: Manner, _ bytes: [UInt8],
        _ codes: Set<AMQPError.Code>
    ) {
        self.name = name
        self.moment = moment
        self.manner = manner
        self.bytes = bytes
        self.codes = codes
    }

    var testDescription: String { name }

    var script: ScriptedServer.Script {
        { moment, honest in
            guard moment == self.moment else { return .bytes(honest) }
            switch self.manner {
            case .instead: return .bytes(self.bytes)
            case .afterwards: return .bytes(honest + self.bytes)
            case .last: return .last(self.bytes)
            case .endlessly: return .endlessly(self.bytes)
            }
        }
    }
}
