// Comparing what is wanted with what stands, over AMQP alone: no management plugin, no second port.
extension AMQPConnection {
    /// What ``apply(_:)`` would find, without changing anything.
    ///
    /// Every exchange and queue is looked for. One that is there is then declared as wanted, which a broker accepts
    /// without a change when it is the same, and otherwise refuses (406), naming one argument and both values. With the
    /// value found in its place the question is asked again, until all differing arguments are known.
    ///
    /// What it cannot see:
    /// - bindings. AMQP has no question about them: `missing` when queue or exchange is, else `same` with `isChecked`
    ///   false.
    /// - arguments that the found queue's type does not have (a delivery limit of a classic queue): RabbitMQ compares
    ///   only those that it has. The type itself is named then.
    /// - whatever follows an argument whose value does not fit the broker's 255-byte reply.
    ///
    /// Between the look and the declaration, about one round trip, somebody else might delete the exchange or queue: it
    /// would be created then, as wanted.
    ///
    /// Needs a connection without a consumer and without unconfirmed messages: each answer "does not exist" or "differs"
    /// costs the channel, which is then opened anew.
    ///
    /// - Returns: one change a part, in the order exchanges, queues, bindings; none is `created`.
    /// - Throws: what has nothing to do with what stands there: `permissionDenied`, `resourceLocked`, a lost connection.
    public func plan(_ topology: Topology) throws(AMQPError) -> [TopologyChange] {
        var changes: [TopologyChange] = []
        var isThere: [String: Bool] = [:]
        for exchange in topology.exchanges {
            let change = try examine(exchange, isCreating: false)
            isThere["exchange \(exchange.name)"] = change.state != .missing
            changes.append(change)
        }
        for queue in topology.queues {
            let change = try examine(queue, isCreating: false)
            isThere["queue \(queue.name)"] = change.state != .missing
            changes.append(change)
        }
        for binding in topology.bindings { changes.append(try examine(binding, &isThere)) }
        return changes
    }

    /// - Parameter isThere: what is known already; a topology may bind to an exchange that is not a part of it.
    private func examine(_ binding: Binding, _ isThere: inout [String: Bool]) throws(AMQPError) -> TopologyChange {
        let (queue, exchange) = ("queue \(binding.queue)", "exchange \(binding.exchange)")
        if isThere[queue] == nil { isThere[queue] = try inspect(binding.queue) != nil }
        // A look does not compare kinds.
        if isThere[exchange] == nil { isThere[exchange] = try exists(Exchange(binding.exchange, .topic)) }
        guard isThere[queue] == true, isThere[exchange] == true else {
            return TopologyChange(kind: .binding, name: binding.title, state: .missing)
        }
        return TopologyChange(kind: .binding, name: binding.title, state: .same, isChecked: false)
    }

    func examine(_ exchange: Exchange, isCreating: Bool) throws(AMQPError) -> TopologyChange {
        let isThere = try exists(exchange)
        return try examine(Declaration(exchange), isThere: isThere, isCreating: isCreating)
    }

    func examine(_ queue: Queue, isCreating: Bool) throws(AMQPError) -> TopologyChange {
        try MessageLimits.check(queue)
        let isThere = try inspect(queue.name) != nil
        return try examine(Declaration(queue), isThere: isThere, isCreating: isCreating)
    }

    private func examine(
        _ declaration: Declaration, isThere: Bool, isCreating: Bool
    ) throws(AMQPError) -> TopologyChange {
        guard isThere || isCreating else {
            return TopologyChange(kind: declaration.kind, name: declaration.name, state: .missing)
        }
        var comparison = TopologyComparison(declaration)
        while try isRefused(&comparison) {}
        let state: TopologyChange.State =
            comparison.differences.isEmpty ? (isThere ? .same : .created) : .differs
        return TopologyChange(
            kind: declaration.kind, name: declaration.name, state: state, differences: comparison.differences)
    }

    /// One question; true when there is another to ask.
    private func isRefused(_ comparison: inout TopologyComparison) throws(AMQPError) -> Bool {
        let declaration = comparison.declaration
        do throws(AMQPError) {
            try perform { (wire) throws(AMQPError) in try wire.declare(declaration) }
            return false
        } catch  where error.code == .preconditionFailed {
            return comparison.learn(from: error)
        }
    }
}
