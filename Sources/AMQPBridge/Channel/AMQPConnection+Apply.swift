/// What became of one part of a topology that was applied.
public struct TopologyChange: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case exchange, queue, binding
    }

    public enum State: String, Hashable, Sendable {
        /// It was not there before.
        case created
        /// It was there as wanted.
        case same
        /// It is there with other arguments, and was left as it is.
        case differs
    }

    public var kind: Kind
    /// The exchange's or queue's name; for a binding `exchange/key -> queue`.
    public var name: String
    public var state: State
    /// Empty unless `state` is `differs`. RabbitMQ names only the first argument that differs, so once that is mended
    /// another may turn up.
    public var differences: [TopologyDifference]

    public init(kind: Kind, name: String, state: State, differences: [TopologyDifference] = []) {
        self.kind = kind
        self.name = name
        self.state = state
        self.differences = differences
    }
}

// Declaring with a report of what was there before.
extension AMQPConnection {
    /// Declares the whole as ``declare(_:)-(Topology)`` does, and says of every part whether it was there.
    ///
    /// What stands with other arguments does not end it: that part is reported as `differs` and left alone, the others
    /// are declared. Nothing is ever deleted or changed. Safe to repeat, and for several callers at once.
    ///
    /// Over AMQP nobody can ask a broker about bindings. One whose queue or exchange was created by this very call is
    /// `created`; any other is declared again, which changes nothing if it was there, and reported as `same`.
    ///
    /// Needs a connection without a consumer and without unconfirmed messages: each answer "does not exist" costs the
    /// channel, which is then opened anew.
    ///
    /// - Returns: one change a part, in the order exchanges, queues, bindings.
    /// - Throws: what has nothing to do with what stands there: `permissionDenied`, `resourceLocked`, a lost connection.
    public func apply(_ topology: Topology) throws(AMQPError) -> [TopologyChange] {
        var changes: [TopologyChange] = []
        for exchange in topology.exchanges { changes.append(try apply(exchange)) }
        for queue in topology.queues { changes.append(try apply(queue)) }
        let created = Set(changes.filter { $0.state == .created })
        for binding in topology.bindings {
            try bind(binding)
            let isNew =
                created.contains(TopologyChange(kind: .queue, name: binding.queue.rawValue, state: .created))
                || created.contains(TopologyChange(kind: .exchange, name: binding.exchange.rawValue, state: .created))
            let name = "\(binding.exchange)/\(binding.routingKey) -> \(binding.queue)"
            changes.append(TopologyChange(kind: .binding, name: name, state: isNew ? .created : .same))
        }
        return changes
    }

    private func apply(_ exchange: Exchange) throws(AMQPError) -> TopologyChange {
        let existed = try exists(exchange)
        return try change(.exchange, exchange.name.rawValue, existed: existed) { () throws(AMQPError) in
            try declare(exchange)
        }
    }

    private func apply(_ queue: Queue) throws(AMQPError) -> TopologyChange {
        let existed = try inspect(queue.name) != nil
        return try change(.queue, queue.name.rawValue, existed: existed) { () throws(AMQPError) in
            try declare(queue)
        }
    }

    private func change(
        _ kind: TopologyChange.Kind, _ name: String, existed: Bool, declaring: () throws(AMQPError) -> Void
    ) throws(AMQPError) -> TopologyChange {
        do throws(AMQPError) {
            try declaring()
            return TopologyChange(kind: kind, name: name, state: existed ? .same : .created)
        } catch  where error.code == .preconditionFailed && existed {
            return TopologyChange(kind: kind, name: name, state: .differs, differences: [Self.difference(in: error)])
        }
    }

    /// The argument and both values; the broker's own sentence when it is worded in an unknown way.
    private static func difference(in error: AMQPError) -> TopologyDifference {
        BrokerReply(code: error.replyCode ?? 0, text: error.message).difference
            ?? TopologyDifference(argument: "unknown", wanted: "as declared", found: error.message)
    }
}
