/// What was found of one part of a topology, and what became of it.
public struct TopologyChange: Hashable, Sendable {
    /// Which part of a topology it is about.
    public enum Kind: String, Hashable, Sendable {
        case exchange, queue, binding
    }

    /// What was found, or done.
    public enum State: String, Hashable, Sendable {
        /// It is there as wanted; of a binding with `isChecked` false only that it can be there.
        case same
        /// It is not there. Applying creates it.
        case missing
        /// It was not there before, and is now.
        case created
        /// It is there with other arguments, and was left as it is.
        case differs
    }

    /// Names are unique among those of one kind only.
    public var kind: Kind
    /// The exchange's or queue's name; for a binding `exchange/key -> queue`.
    public var name: String
    /// Never `created` in a plan, never `missing` after applying.
    public var state: State
    /// Empty unless `state` is `differs`. See ``AMQPConnection/plan(_:)`` for what a broker keeps to itself.
    public var differences: [TopologyDifference]
    /// False for what AMQP has no question for: whether a binding between a queue and an exchange that are there stands.
    public var isChecked: Bool

    /// As ``AMQPConnection/apply(_:)`` would report it, for tests.
    public init(
        kind: Kind, name: String, state: State, differences: [TopologyDifference] = [], isChecked: Bool = true
    ) {
        self.kind = kind
        self.name = name
        self.state = state
        self.differences = differences
        self.isChecked = isChecked
    }
}

extension Binding {
    /// As a ``TopologyChange`` names it.
    package var title: String { "\(exchange)/\(routingKey) -> \(queue)" }
}
