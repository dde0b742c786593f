// Declaring with a report of what was there before.
extension AMQPConnection {
    /// Declares the whole as ``declare(_:)-(Topology)`` does, and says of every part whether it was there.
    ///
    /// What stands with other arguments does not end it: that part is reported as `differs`, with all its differences,
    /// and left alone; the others are declared. Nothing is ever deleted or changed. Safe to repeat, and for several
    /// callers at once.
    ///
    /// Over AMQP nobody can ask a broker about bindings. One whose queue or exchange was created by this very call is
    /// `created`; any other is declared again, which changes nothing if it was there, and reported as `same` with
    /// `isChecked` false.
    ///
    /// Needs a connection without a consumer and without unconfirmed messages: each answer "does not exist" or "differs"
    /// costs the channel, which is then opened anew.
    ///
    /// - Returns: one change a part, in the order exchanges, queues, bindings.
    /// - Throws: what has nothing to do with what stands there: `permissionDenied`, `resourceLocked`, a lost connection.
    public func apply(_ topology: Topology) throws(AMQPError) -> [TopologyChange] {
        var changes: [TopologyChange] = []
        for exchange in topology.exchanges { changes.append(try examine(exchange, isCreating: true)) }
        for queue in topology.queues { changes.append(try examine(queue, isCreating: true)) }
        let created = Set(changes.filter { $0.state == .created }.map { $0.kind.rawValue + $0.name })
        for binding in topology.bindings {
            try bind(binding)
            let isNew =
                created.contains(TopologyChange.Kind.queue.rawValue + binding.queue.rawValue)
                || created.contains(TopologyChange.Kind.exchange.rawValue + binding.exchange.rawValue)
            changes.append(
                TopologyChange(
                    kind: .binding, name: binding.title, state: isNew ? .created : .same, isChecked: isNew))
        }
        return changes
    }
}
