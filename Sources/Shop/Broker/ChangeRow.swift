import AMQPBridge

/// A part of the topology as `--json` tells it.
struct ChangeRow: Encodable {
    struct Difference: Encodable {
        var argument: String
        var wanted: String
        var found: String
    }

    var kind: String
    var name: String
    var state: String
    var differences: [Difference]
    /// Only there when false: a binding, which nobody can ask a broker about.
    var checked: Bool?
    /// What is wanted of it; only where that is asked for.
    var wanted: [String: String]?

    init(_ change: TopologyChange, wanted: AMQPTable? = nil) {
        kind = change.kind.rawValue
        name = change.name
        state = change.state.rawValue
        differences = change.differences.map {
            Difference(argument: $0.argument, wanted: $0.wanted, found: $0.found)
        }
        checked = change.isChecked ? nil : false
        self.wanted = wanted?.mapValues(\.plain)
    }
}
