import AMQPBridge

extension BrokerState {
    /// - Throws: 406 when it stands as another kind.
    mutating func declare(_ exchange: Exchange) throws(AMQPError) {
        let what = "declaring exchange '\(exchange.name)'"
        try MessageLimits.check(exchange.name)
        guard !exchange.name.isDefault else { throw BrokerReply.defaultExchange.error(doing: what) }
        guard let kind = exchanges[exchange.name] else {
            exchanges[exchange.name] = exchange.kind
            return
        }
        guard kind != exchange.kind else { return }
        throw BrokerReply.inequivalent(
            "type", of: "exchange '\(exchange.name)'", wanted: .string(exchange.kind.rawValue),
            found: .string(kind.rawValue)
        ).error(doing: what)
    }

    /// - Throws: 406 when it stands with other arguments, or the arguments do not fit its type; 405 when it is another
    ///   connection's own.
    mutating func declare(_ queue: Queue, on connection: UInt64) throws(AMQPError) {
        let what = "declaring queue '\(queue.name)'"
        try MessageLimits.check(queue)
        let owner = queue.isExclusive ? connection : nil
        guard let found = queues[queue.name] else {
            let new = try QueueState(queue, owner: owner, id: nextID())
            if new.type == .quorum, queue.isExclusive {
                let text = "invalid property 'exclusive-owner' for queue '\(queue.name)' in vhost '/'"
                throw BrokerReply.preconditionFailed(text).error(doing: what)
            }
            queues[queue.name] = new
            return
        }
        guard found.owner == owner else { throw BrokerReply.locked(queue.name).error(doing: what) }
        for name in QueueSettings.compared {
            let (standing, wanted) = (found.declaration.arguments[name], queue.arguments[name])
            guard standing != wanted else { continue }
            throw BrokerReply.inequivalent(name, of: "queue '\(queue.name)'", wanted: wanted, found: standing)
                .error(doing: what)
        }
    }

    /// - Throws: 404 when the queue or the exchange is missing.
    mutating func bind(_ binding: Binding, on connection: UInt64) throws(AMQPError) {
        let what = "binding queue '\(binding.queue)' to exchange '\(binding.exchange)'"
        try MessageLimits.check(binding)
        guard !binding.exchange.isDefault else { throw BrokerReply.defaultExchange.error(doing: what) }
        guard exists(binding.exchange) else { throw BrokerReply.noExchange(binding.exchange).error(doing: what) }
        guard let queue = queues[binding.queue] else { throw BrokerReply.noQueue(binding.queue).error(doing: what) }
        try checkOwner(of: queue, connection, doing: what)
        guard bindings[binding.exchange]?.contains(where: { $0.binding == binding }) != true else { return }
        bindings[binding.exchange, default: []].append((binding, TopicPattern(binding.routingKey)))
    }

    /// - Throws: 404, or 405 when it is another connection's own.
    func inspect(_ name: QueueName, on connection: UInt64) throws(AMQPError) -> QueueStatus {
        let what = "looking at queue '\(name)'"
        try MessageLimits.check(name)
        guard let queue = queues[name] else { throw BrokerReply.noQueue(name).error(doing: what) }
        try checkOwner(of: queue, connection, doing: what)
        return QueueStatus(name: name, ready: queue.ready.count, consumers: queue.consumers.count)
    }

    func checkOwner(of queue: QueueState, _ connection: UInt64, doing what: String) throws(AMQPError) {
        guard let owner = queue.owner, owner != connection else { return }
        throw BrokerReply.locked(queue.name).error(doing: what)
    }
}
